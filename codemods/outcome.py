"""The result for a file: findings as values, and the new text."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from migrate.findings import Fix, Severity


class CodeFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of one file: a `Match` without its nodes, and as the JSON has it.

    Lines and columns count from 1, in the original text, with the end after the last character; ``source`` is the line
    without surrounding space, the key of baselines.
    """

    code: str
    severity: Severity
    fix: Fix
    applied: bool
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    hint: str
    symbol: str
    argument: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for a file.

    Attributes:
        text: the new text; the old one if nothing changed or ``error`` is set.
        findings: in the order of the text.
        error: why the file was skipped, None if it was not.
    """

    text: str
    findings: tuple[CodeFinding, ...] = ()
    error: str | None = None
