"""The burn-down: findings that only an earlier report has, and findings that only this one has."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from migrate.findings import MigrationError, Severity
from migrate.report.compatibility.records import SCHEMA_VERSION, Comparison, Entry, Report


def read_report(data: bytes, name: str) -> Report:
    """Read the JSON of an earlier report.

    Raises:
        MigrationError: ``REP001`` if it is not one, or has a different schema.
    """
    try:
        report = msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MigrationError("REP001", f"{name} is not a JSON report: {error}") from error
    if report.schema != SCHEMA_VERSION:
        raise MigrationError(
            "REP001", f"{name} has schema {report.schema}, this version reads {SCHEMA_VERSION}"
        )
    return report


def compare(old: Report, new: Report, before_old: Sequence[Report] = ()) -> Comparison:
    """Compare open findings by id.

    A finding is resolved if it is gone or done, and new if it was not open before.

    Args:
        old: the last report before this one.
        new: this one.
        before_old: reports before that, for the line of the burn-down.
    """
    before = {entry.id: entry for entry in old.findings if not entry.done}
    now = {entry.id: entry for entry in new.findings if not entry.done}
    resolved = [entry for key, entry in before.items() if key not in now]
    fresh = [key for key in now if key not in before]
    return Comparison(
        earlier=old.created,
        open_before=len(before),
        open_now=len(now),
        resolved=len(resolved),
        new=len(fresh),
        remaining=len(now) - len(fresh),
        severities={s.value: (_count(before, s), _count(now, s)) for s in Severity},
        resolved_entries=resolved,
        new_ids=fresh,
        history=[(report.created, report.tally.open) for report in (*before_old, old, new)],
    )


def _count(entries: dict[str, Entry], severity: Severity) -> int:
    return sum(entry.severity is severity for entry in entries.values())
