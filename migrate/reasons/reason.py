"""Constructors for reasons."""

from __future__ import annotations

from migrate.findings import Fix, Rule, Severity, Status


def reason(
    code: str,
    name: str,
    summary: str,
    why: str,
    severity: Severity = Severity.ERROR,
    outcome: Status = Status.FAILED,
) -> Rule:
    """A rule that changes nothing: ``why`` says what the code means and what to do."""
    return Rule(code, name, summary, severity, Fix.MANUAL, why=why, outcome=outcome)


def blocker(code: str, name: str, summary: str, why: str) -> Rule:
    """A reason that the user can resolve by supplying something."""
    return reason(code, name, summary, why, outcome=Status.BLOCKED)


def note(code: str, name: str, summary: str, why: str) -> Rule:
    """A reason that stops nothing."""
    return reason(code, name, summary, why, Severity.WARNING)
