"""What is said of a file: findings as values, and what became of the text."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.findings import Fix, Severity


@dataclass(frozen=True, slots=True)
class Report:
    """One finding of one file: a `Match` without its nodes.

    Attributes:
        line, column, end_line, end_column: place in the original text; lines and columns from 1.
        source: the line, without surrounding space; the key of baselines.
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
    hint: str = ""
    symbol: str = ""
    argument: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    Attributes:
        text: the new text; the old one when nothing changed or ``error`` is set.
        findings: in the order of the text.
        error: why the file was skipped, None when all went well.
    """

    text: str
    findings: tuple[Report, ...] = ()
    error: str | None = None
