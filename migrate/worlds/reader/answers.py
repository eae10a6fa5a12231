"""What the reader world answers to its looks at files, checked by the parent."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from migrate.findings import Finding, MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import Identification
from migrate.formats.pairing import ABOVE
from migrate.inspection.records import Inspection
from migrate.scan.files import Scan
from migrate.scan.rules import found
from migrate.worlds.protocol import ProtocolError

_T = TypeVar("_T")


class _Scanned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    findings: list[Finding]


class _Identified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Format
    detail: str
    hint: str
    size: int


class ArrayRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One array that was extracted: stable name, name in the file, shape, dtype."""

    name: str
    key: str
    shape: tuple[int, ...]
    dtype: str


class _Extracted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    arrays: list[ArrayRow]
    left_out: list[Finding]


class _Paired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str | None
    above: int = 0


def _checked(answer: object, shape: type[_T]) -> _T:
    """A worker's answer, strictly: another shape means that the worker was taken over."""
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the reader's answer cannot be read: {error}") from error


def read_answers(reply: dict[str, Any], count: int) -> list[Any]:
    """The answers of ``scan_many``, ``identify_many`` and ``inspect_many``, one for each path.

    Raises:
        ProtocolError: when it has another shape, or another number.
    """
    answers: list[Any] = _checked(reply.get("answers"), list[Any])
    if len(answers) != count:
        raise ProtocolError("the reader answered another number of files")
    return answers


def read_answer(path: Path, answer: object) -> Scan:
    """An answer to ``scan`` or one of ``scan_many``: text says why a file cannot be read.

    Raises:
        ProtocolError: when it has another shape.
    """
    if isinstance(answer, str):
        return Scan(path, "other", (found("SEC014", answer, path.name),))
    checked = _checked(answer, _Scanned)
    return Scan(path, checked.kind, tuple(checked.findings))


def read_identification(path: Path, answer: object) -> Identification | MigrationError:
    """An answer to ``identify_many``.

    Raises:
        ProtocolError: when it has another shape.
    """
    if isinstance(answer, str):
        return MigrationError("FMT021", answer, "Check the path and its permissions.", str(path))
    checked = _checked(answer, _Identified)
    return Identification(path, checked.format, checked.detail, checked.hint, checked.size)


def read_inspection(path: Path, answer: object) -> Inspection | MigrationError:
    """An answer to ``inspect_many``.

    Raises:
        ProtocolError: when it has another shape.
    """
    if isinstance(answer, str):
        return MigrationError("FMT021", answer, "Check the path and its permissions.", str(path))
    return _checked(answer, Inspection)


def read_pair(path: Path, answer: object) -> Path | None:
    """An answer to ``pair``, or one of ``pair_many``: the architecture beside weights, or above their folder.

    Raises:
        ProtocolError: when it has another shape, or names what is not in the same folder or in one of those above.
    """
    if isinstance(answer, str):
        return None  # a folder that cannot be listed pairs nothing
    found = _checked(answer, _Paired)
    name = found.name
    if name is None:
        return None
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ProtocolError(f"the reader pairs {path.name} with {name!r}, which is no name of a file")
    if not 0 <= found.above <= ABOVE:
        raise ProtocolError(f"the reader pairs {path.name} with a file {found.above} folders above")
    return path.absolute().parents[found.above] / name


def read_extraction(answer: object) -> tuple[str, list[ArrayRow], list[Finding]]:
    """The answer to ``extract``: the file that was written, its arrays, and findings for those that it lacks.

    Raises:
        ProtocolError: when it has another shape.
    """
    checked = _checked(answer, _Extracted)
    return checked.file, checked.arrays, checked.left_out
