"""Who has to do what: the effort class of a finding and the level of a unit.

The rules, in one place, so that they can be read and questioned:

- code: a ``safe`` fix is automatic, an ``unsafe`` one assisted (somebody approves it), ``manual`` is manual;
- model: automatic if the model was migrated or nothing has failed so far; assisted if the missing part
  is known to be available (its class is defined in the source, a reference has to be supplied); manual otherwise;
- a unit's level is the worst effort among its open findings above information; a file that could not
  be read or rewritten, and a model that was refused or failed, is ``blocked``.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrate.findings import Fix, Severity
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.records import Entry, Tally

OF_FIX = {Fix.SAFE: Effort.AUTOMATIC, Fix.UNSAFE: Effort.ASSISTED, Fix.MANUAL: Effort.MANUAL}
DONE = frozenset({"migrated", "skipped"})
STOPPED = frozenset({"blocked", "unsafe", "failed"})
_OF_LEVEL = {Effort.AUTOMATIC: Level.AUTOMATIC, Effort.ASSISTED: Level.ASSISTED, Effort.MANUAL: Level.MANUAL}


def of_model(status: str, class_at_hand: bool) -> Effort:
    """Effort of the findings of a model with this status."""
    if status in DONE or status == "planned":
        return Effort.AUTOMATIC
    if status == "unverified" or (status == "blocked" and class_at_hand):
        return Effort.ASSISTED
    return Effort.MANUAL


def file_level(entries: Iterable[Entry], error: str) -> Level:
    """Level of a source file."""
    return Level.BLOCKED if error else worst(entries)


def model_level(entries: Iterable[Entry], status: str) -> Level:
    """Level of an artifact."""
    if status in STOPPED:
        return Level.BLOCKED
    floor = {"unverified": Level.ASSISTED, "planned": Level.AUTOMATIC, "unseen": Level.ASSISTED}
    return max(worst(entries), floor.get(status, Level.READY), key=lambda level: level.rank)


def worst(entries: Iterable[Entry]) -> Level:
    """The level that results from open findings; information does not count."""
    open_ = (e.effort for e in entries if not e.done and e.severity != Severity.INFO)
    return max((_OF_LEVEL[effort] for effort in open_), key=lambda level: level.rank, default=Level.READY)


def tally(levels: Iterable[Level], entries: Iterable[Entry]) -> Tally:
    """Count units by level, and findings by severity and effort (open ones above information)."""
    by_level = {level.value: 0 for level in Level}
    for level in levels:
        by_level[level] += 1
    severities = {severity.value: 0 for severity in Severity}
    open_severities = dict(severities)
    effort = effort_counts(())
    findings = open_ = 0
    for entry in entries:
        findings += 1
        severities[entry.severity] += 1
        if not entry.done:
            open_ += 1
            open_severities[entry.severity] += 1
            if entry.severity is not Severity.INFO:
                effort[entry.effort] += 1
    return Tally(
        units=sum(by_level.values()),
        levels=by_level,
        findings=findings,
        open=open_,
        severities=severities,
        open_severities=open_severities,
        effort=effort,
    )


def effort_counts(entries: Iterable[Entry]) -> dict[str, int]:
    """Open findings by effort class, with all three classes as keys; information requires no effort."""
    counts = {effort.value: 0 for effort in Effort}
    for entry in entries:
        if not entry.done and entry.severity is not Severity.INFO:
            counts[entry.effort] += 1
    return counts
