"""Readers of the two JSON contracts that the report is built from, and of a model's ``migration.json``.

They read the keys that they know and ignore others, so that a report can be built from the JSON of a newer
version; a ``schema`` other than 1 is refused.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from codemods.outcome import CodeFinding
from migrate.findings import Finding, MigrationError

_Kind = TypeVar("_Kind")


class CodeFile(Struct, frozen=True, kw_only=True):
    """A file of ``keras-migrate code``; ``diff`` (a unified diff) is present if it was requested."""

    path: str
    changed: bool = False
    error: str | None = None
    findings: list[CodeFinding] = field(default_factory=list)
    diff: str | None = None


class CodeReport(Struct, frozen=True, kw_only=True):
    """The JSON of ``keras-migrate code``; ``written`` says that the edits are on disk."""

    schema: int
    files: list[CodeFile] = field(default_factory=list)
    written: bool = False


class Artifact(Struct, frozen=True, kw_only=True):
    """An artifact of ``keras-migrate models``; parts without a fixed shape stay plain data."""

    source: str
    status: str
    sha256: str | None = ""
    format: str | None = ""
    written_by: dict[str, Any] | None = None
    outputs: dict[str, Any] | None = None
    rules: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    parity: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    untouched: dict[str, Any] | None = None
    seconds: float | None = 0.0
    custom_objects: list[str] = field(default_factory=list)


class ModelsReport(Struct, frozen=True, kw_only=True):
    """The JSON of ``keras-migrate models``."""

    schema: int
    artifacts: list[Artifact] = field(default_factory=list)
    tool: dict[str, Any] = field(default_factory=dict)


def read_code(data: bytes, name: str) -> CodeReport:
    """Read the JSON of ``keras-migrate code``.

    Raises:
        MigrationError: ``REP001`` when it is not that JSON.
    """
    return _checked(_decode(data, CodeReport, name), name)


def read_models(data: bytes, name: str) -> ModelsReport:
    """Read the ``report.json`` of ``keras-migrate models``.

    Raises:
        MigrationError: ``REP001`` when it is not that JSON.
    """
    return _checked(_decode(data, ModelsReport, name), name)


def read_detail(data: bytes, name: str) -> dict[str, Any]:
    """Read a ``migration.json`` as plain data.

    Raises:
        MigrationError: ``REP001`` when it is not a JSON object.
    """
    return _decode(data, dict[str, Any], name)


def is_models_report(data: bytes) -> bool:
    """Whether the bytes are the ``report.json`` of a run, not some other file of that name."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("artifacts"), list) and "schema" in found


def _decode(data: bytes, kind: type[_Kind], name: str) -> _Kind:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MigrationError("REP001", f"{name} is not the JSON expected here: {error}") from error


_Report = TypeVar("_Report", CodeReport, ModelsReport)


def _checked(report: _Report, name: str) -> _Report:
    if report.schema != 1:
        raise MigrationError(
            "REP001",
            f"{name} has schema {report.schema}, this version reads 1",
            "use the version that wrote it",
        )
    return report
