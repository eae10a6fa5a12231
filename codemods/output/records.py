"""The JSON contract: what ``keras-migrate code --format json`` prints, and its schema.

The names and values are a promise; a change of meaning raises ``SCHEMA``. ``schema/code.json`` is generated
from these records (``make docs``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from codemods.outcome import CodeFinding
from migrate.findings import Fix, Severity

SCHEMA: Literal[1] = 1
"""Version of the contract."""


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One file: whether its text changes (or would change), and why it was skipped if it was."""

    path: str
    changed: bool
    error: str | None
    findings: tuple[CodeFinding, ...]


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings are done by the tool, by the tool when asked (``--unsafe``), and by a person.

    Notes (severity ``info``) ask for nothing and are not counted.
    """

    automatic: int
    assisted: int
    manual: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all files that were looked at, listed or not."""

    files: int
    changed: int
    findings: dict[str, int]
    applied: int
    manual: int
    effort: Effort


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run; ``written`` says whether the changed files were written or would have been."""

    schema: Literal[1]
    written: bool
    files: tuple[FileRecord, ...]
    summary: Summary


def result(files: Iterable[FileRecord], looked_at: int, *, written: bool = False) -> Result:
    """A run's record; files with nothing to say of are counted, not listed."""
    listed = tuple(files)
    findings = [finding for file in listed for finding in file.findings]
    fixes = Counter(finding.fix for finding in findings if finding.severity is not Severity.INFO)
    return Result(
        schema=SCHEMA,
        written=written,
        files=listed,
        summary=Summary(
            files=looked_at,
            changed=sum(file.changed for file in listed),
            findings=dict(sorted(Counter(finding.code for finding in findings).items())),
            applied=sum(finding.applied for finding in findings),
            manual=fixes[Fix.MANUAL],
            effort=Effort(automatic=fixes[Fix.SAFE], assisted=fixes[Fix.UNSAFE], manual=fixes[Fix.MANUAL]),
        ),
    )
