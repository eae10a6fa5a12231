"""What a ``report.json`` found in a tree claims, and which of its claims can be verified.

Anybody can write a file that says *migrated*. A claim therefore counts only if the artifact in the tree has the digest
that it names, and its outputs lie beside a record that says the same and names their actual digests. For a claim of
less than "done", the digest of the artifact is sufficient: it makes nobody believe that something is ready. Claims
that an inspection of the artifact also gives are not used at all (`told_by_a_look`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

import msgspec

from migrate.findings import MigrationError
from migrate.formats.checkpoint.locate import digest_of_parts, find_prefix, parts_of
from migrate.formats.limits import sha256_of
from migrate.report.compatibility.contracts import Artifact
from migrate.results import RECORD

_DONE = frozenset({"migrated", "unverified"})
_SKIPPED = "skipped"


class _Told(msgspec.Struct, frozen=True):
    source: str
    sha256: str
    status: str


class _Record(msgspec.Struct, frozen=True):
    result: _Told
    files: dict[str, str] = {}


def told_by_a_look(artifact: Artifact) -> bool:
    """Whether a claim adds nothing: nothing was to be done, or the artifact could not be read."""
    return artifact.status == _SKIPPED or (not artifact.sha256 and artifact.status not in _DONE)


def unproven(artifact: Artifact, source: Path, folder: Path) -> str:
    """Why a claim does not count; empty if it does.

    Args:
        artifact: the row of the ``report.json``.
        source: the artifact in the tree that it refers to.
        folder: the folder that holds the ``report.json``.
    """
    if not artifact.sha256 or artifact.sha256 != _artifact_digest(source):
        return "the artifact differs from the one in the record, or is gone"
    if artifact.status not in _DONE:
        return ""
    outputs = [output for output in (artifact.outputs or {}).values() if output]
    if not outputs:
        return "it names no outputs"
    place = posixpath.dirname(str(outputs[0]))
    home = folder / place
    if not home.resolve().is_relative_to(folder.resolve()):
        return "its outputs are outside the run's folder"
    try:
        record = msgspec.json.decode((home / RECORD).read_bytes(), type=_Record)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"there is no {RECORD} next to its outputs"
    told = _Told(artifact.source, artifact.sha256, artifact.status)
    if record.result != told:
        return f"the {RECORD} next to its outputs describes something else"
    return _unlike(home, place, [str(output) for output in outputs], record.files)


def _unlike(home: Path, place: str, outputs: list[str], files: Mapping[str, str]) -> str:
    """The first file that differs from the record, or an output that the record does not name."""
    for output in outputs:
        name = posixpath.relpath(output, place or ".")
        if not any(file == name or file.startswith(f"{name}/") for file in files):
            return f"the {RECORD} has no digest of {output}: a run of this version writes it"
    for name, digest in files.items():
        path = home / name
        if (
            path.is_symlink()
            or not path.resolve().is_relative_to(home.resolve())
            or _file_digest(path) != digest
        ):
            return f"{posixpath.join(place, name)} is missing or has changed"
    return ""


def _artifact_digest(path: Path) -> str:
    """SHA-256 of an artifact as runs report it, of a checkpoint over all its files; empty if it cannot be read."""
    try:
        if path.suffix == ".index":
            return digest_of_parts({part: sha256_of(part) for part in parts_of(find_prefix(path))})
    except MigrationError:
        return ""
    return _file_digest(path)


def _file_digest(path: Path) -> str:
    """SHA-256 of the bytes of an output, including the index of a SavedModel's variables; empty without a file."""
    try:
        return sha256_of(path)
    except MigrationError:
        return ""
