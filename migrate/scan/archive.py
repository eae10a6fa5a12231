"""Looks through a zip archive: its members' names, sizes and kinds first, then what is inside each."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from migrate.findings import MigrationError, Severity
from migrate.formats.limits import FREE_BYTES, MAX_ARCHITECTURE_BYTES, MAX_EXPANSION, MAX_MEMBERS
from migrate.formats.zip_access import ZipSource
from migrate.scan.config import scan_json
from migrate.scan.pickles import MAX_BYTES, NUMPY_MAGIC, PICKLE_MAGIC, scan_numpy, scan_pickle
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from migrate.findings import Finding

# What zipfile raises on damaged archives: no common base class exists.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, zlib.error, NotImplementedError,
    RuntimeError, ValueError, struct.error, UnicodeError, IndexError, MemoryError, OverflowError,
)  # fmt: skip
_HDF5 = b"\x89HDF\r\n\x1a\n"
_DRIVE = re.compile(r"^[A-Za-z]:")


def scan_zip(path: Path, place: str) -> Iterator[Finding]:
    """All findings of an archive. Members are opened only when the archive itself is in order."""
    try:
        stored = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            problems = list(_structure(infos, stored, place))
            yield from problems
            if any(problem.severity is Severity.ERROR for problem in problems):
                return
            for info in infos:
                with archive.open(info):
                    continue  # compares the two headers of the member, which readers may prefer differently
        with ZipSource(path) as source:
            for info in infos:
                if not info.is_dir():
                    yield from _member(source, info, place)
    except MigrationError as error:
        code = error.code if error.code.startswith("SEC") else "SEC014"
        yield found(code, error.message, place)
    except _ZIP_ERRORS as error:
        code = "SEC006" if "differ" in str(error) else "SEC014"
        yield found(code, f"the archive cannot be read to its end: {error}", place)


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
            yield found("SEC006", "the member's name leaves the archive", at)
        if stat.S_ISLNK(info.external_attr >> 16):
            yield found("SEC006", "the member is a symbolic link", at)
        if info.flag_bits & 0x1:
            yield found("SEC014", "the member is encrypted", at)
    declared = sum(info.file_size for info in infos)
    if declared > max(FREE_BYTES, MAX_EXPANSION * stored):
        yield found("SEC004", f"{stored:,} bytes expand to {declared:,}", place)
    packed = sum(info.compress_size for info in infos)
    if packed > stored:
        yield found("SEC004", "members overlap: one piece of data is counted many times", place)


def _member(source: ZipSource, info: zipfile.ZipInfo, place: str) -> Iterator[Finding]:
    from migrate.scan.hdf5 import scan_hdf5

    at = f"{place}!{info.filename[:200]}"
    with source.file.open(info) as stream:
        head = stream.read(16)
    if head.startswith(_HDF5):
        with source.stream(info.filename, check=False) as content:
            yield from scan_hdf5(content, at, info.file_size)
    elif head.startswith(PICKLE_MAGIC) or info.filename.endswith((".pkl", ".pickle")):
        yield from scan_pickle(source.read(info.filename, MAX_BYTES), at)
    elif head.startswith(NUMPY_MAGIC):
        yield from _numpy(source, info, at)
    elif head.startswith(b"PK\x03\x04"):
        yield from _nested(source.read(info.filename, MAX_BYTES), at)
    elif info.filename.endswith(".json") or head.lstrip()[:1] == b"{":
        yield from scan_json(
            source.read(info.filename, MAX_ARCHITECTURE_BYTES).decode("utf-8", "replace"), at
        )


def _numpy(source: ZipSource, info: zipfile.ZipInfo, at: str) -> Iterator[Finding]:
    """The header of an array tells whether a pickle follows; only then is the rest read."""
    with source.file.open(info) as stream:
        head = stream.read(1 << 12)
    if b"O" in head.partition(b"shape")[0].partition(b"descr")[2]:
        yield from scan_numpy(source.read(info.filename, MAX_BYTES), at)


def _nested(data: bytes, at: str) -> Iterator[Finding]:
    """An archive in an archive: its names and sizes; no Keras looks deeper."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            yield from _structure(inner.infolist(), len(data), at)
            for info in inner.infolist():
                if info.file_size > MAX_BYTES:
                    continue
                with inner.open(info) as stream:
                    content = stream.read(MAX_BYTES + 1)
                if content.startswith(PICKLE_MAGIC):
                    yield from scan_pickle(content, f"{at}!{info.filename[:200]}")
                elif content.startswith(NUMPY_MAGIC):
                    yield from scan_numpy(content, f"{at}!{info.filename[:200]}")
    except _ZIP_ERRORS as error:
        yield found("SEC014", f"the inner archive cannot be read: {error}", at)
