"""Scans a zip archive: first the names, sizes and kinds of its members, then the content of each."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from functools import partial
from typing import TYPE_CHECKING

from migrate.findings import MigrationError, Severity
from migrate.formats.limits import FREE_BYTES, MAX_ARCHITECTURE_BYTES, MAX_EXPANSION, MAX_MEMBERS
from migrate.formats.zip_access import ZipSource
from migrate.scan.config import scan_json
from migrate.scan.content import HEAD_BYTES, Content
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding
    from migrate.scan.packed import Look

# The exceptions of zipfile for damaged archives: they have no common base class.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, zlib.error, NotImplementedError,
    RuntimeError, ValueError, struct.error, UnicodeError, IndexError, MemoryError, OverflowError,
)  # fmt: skip
_DRIVE = re.compile(r"^[A-Za-z]:")
_CONFIGURATIONS = frozenset({"config.json", "metadata.json", "model.weights.json"})
"""Members that a loader decodes as JSON, whatever their first bytes are."""


def scan_zip(content: Content, place: str, look: Look) -> Iterator[Finding]:
    """All findings of an archive. Members are opened only if the archive itself is valid.

    Args:
        content: the archive.
        place: its name in messages.
        look: returns the findings of a member.
    """
    try:
        with content.open() as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            problems = list(_structure(infos, content.size, place))
            yield from problems
            if any(problem.severity is Severity.ERROR for problem in problems):
                return
            for info in infos:
                with archive.open(info):
                    continue  # compares the member's two headers, of which readers may prefer either
            for member in _members(content, archive, infos):
                at = f"{place}!{member.name[:200]}"
                if member.name in _CONFIGURATIONS:
                    yield from scan_json(member.read(MAX_ARCHITECTURE_BYTES + 1), at)
                else:
                    yield from look(member, at)
    except MigrationError as error:
        code = error.code if error.code.startswith("SEC") else "SEC014"
        yield found(code, error.message, place)
    except _ZIP_ERRORS as error:
        code = "SEC006" if "differ" in str(error) else "SEC014"
        yield found(code, f"the archive cannot be read to its end: {error}", place)


def _members(content: Content, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Content]:
    """Each member: a stored member of a file as a window on it, any other one in memory."""
    plain = [info for info in infos if not info.is_dir()]
    if content.path is None:
        for info in plain:
            with archive.open(info) as stream:
                yield Content.of_bytes(info.filename, stream.read(info.file_size))
        return
    with ZipSource(content.path) as source:
        for info in plain:
            with source.file.open(info) as stream:
                head = stream.read(HEAD_BYTES)
            yield Content(
                info.filename, info.file_size, head, partial(source.stream, info.filename, check=False)
            )


def _structure(infos: list[zipfile.ZipInfo], stored: int, place: str) -> Iterator[Finding]:
    """Findings of the table of contents."""
    if len(infos) > MAX_MEMBERS:
        yield found("SEC004", f"{len(infos):,} members", place)
        return
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        at = f"{place}!{name[:200]}"
        parts = name.replace("\\", "/").split("/")
        if name in seen:
            yield found("SEC006", "two members have this name", at)
        seen.add(name)
        if (
            name.startswith(("/", "\\", "~"))
            or ".." in parts
            or "\0" in info.orig_filename
            or _DRIVE.match(name)
        ):
            yield found("SEC006", "the member's name escapes the archive", at)
        if stat.S_ISLNK(info.external_attr >> 16):
            yield found("SEC006", "the member is a symbolic link", at)
        if info.flag_bits & 0x1:
            yield found("SEC014", "the member is encrypted", at)
    if min((info.header_offset for info in infos), default=0):
        yield found("SEC006", "other content precedes the archive", place)
    declared = sum(info.file_size for info in infos)
    if declared > max(FREE_BYTES, MAX_EXPANSION * stored):
        yield found("SEC004", f"{stored:,} bytes expand to {declared:,}", place)
    packed = sum(info.compress_size for info in infos)
    if packed > stored:
        yield found("SEC004", "members overlap: the same data is counted many times", place)
