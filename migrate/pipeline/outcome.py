"""Which outcome a refusal has, and what to do next for each reason that has no better hint."""

from __future__ import annotations

from migrate.findings import MigrationError
from migrate.report.records import Status

_BLOCKED = frozenset({"CFG005", "CFG009", "CFG017", "CFG018", "CFG022", "CFG050", "FMT004", "FMT007"})
_SKIPPED = frozenset({"FMT013", "FMT015", "FMT016", "FMT023"})


def status_of(error: MigrationError) -> Status:
    """The status that an artifact has when its migration ends with this refusal."""
    if error.code.startswith("SEC"):
        return Status.UNSAFE
    if error.code in _BLOCKED:
        return Status.BLOCKED
    if error.code in _SKIPPED:
        return Status.SKIPPED
    return Status.FAILED
