"""How many hours of manual work remain, as a range: a rule of thumb, written down so that it can be questioned.

Minutes for each open finding or model, minimum and maximum. Reading and approving a diff takes minutes; a manual
finding takes a quarter of an hour if it is the tenth of its kind and an afternoon if it is the first.
Findings of one reason in one file are resolved together, so each further one counts a fifth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from migrate.findings import Severity
from migrate.report.compatibility.effort import STOPPED
from migrate.report.compatibility.levels import Effort, Origin
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.records import Entry

MINUTES = {Effort.AUTOMATIC: (0, 0), Effort.ASSISTED: (2, 10), Effort.MANUAL: (10, 60)}
"""For the first finding of a reason in a file."""
FURTHER = 5
"""Each further finding counts as this fraction of the first (1 / n)."""
MODEL_MINUTES = {"blocked": (10, 120), "unsafe": (15, 120), "failed": (60, 480), "unverified": (15, 90)}
"""For a model that a run or an inspection stopped; its findings are the reasons for that and count with it."""


def hours(entries: Sequence[Entry], models: Sequence[ModelUnit]) -> tuple[float, float]:
    """Minimum and maximum hours; (0, 0) if no manual work remains."""
    least = most = 0.0
    groups: Counter[tuple[str, str, Effort]] = Counter()
    stopped = {model.path for model in models if model.status in {*STOPPED, "unverified"}}
    for entry in entries:
        own = entry.origin is Origin.MODEL and entry.path in stopped
        if not entry.done and entry.severity is not Severity.INFO and not own:
            groups[(entry.path, entry.code, entry.effort)] += 1
    for (_, _, effort), count in groups.items():
        share = 1 + (count - 1) / FURTHER
        least += MINUTES[effort][0] * share
        most += MINUTES[effort][1] * share
    for model in models:
        low, high = MODEL_MINUTES.get(model.status, (0, 0))
        least, most = least + low, most + high
    return round(least / 60, 1), round(most / 60, 1)


def in_words(span: tuple[float, float]) -> str:
    """Such as ``2–9``, ``under 1``, or ``0`` if no manual work remains."""
    least, most = span
    if not most:
        return "0"
    if most < 1:
        return "under 1"
    low, high = max(round(least), 0), round(most)
    return f"{low}–{high}" if low != high else f"about {high}"
