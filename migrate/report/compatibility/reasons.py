"""Group findings by reason code, silent ones first, and say what is known of each reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from migrate.findings import Rule
from migrate.report.compatibility.effort import effort_counts
from migrate.report.compatibility.levels import Origin
from migrate.report.compatibility.model_records import ModelUnit
from migrate.report.compatibility.records import Entry, Reason

MAX_SUMMARY = 140
_CONTROL = re.compile("\\x1b\\[[0-9;]*m|[\\x00-\\x08\\x0b-\\x1f\\x7f]")
PAGES = "docs/rules/"
"""Where the pages of the rules stand in the documentation, one per family."""


def reasons(entries: Sequence[Entry], models: Sequence[ModelUnit], rules: Mapping[str, Rule]) -> list[Reason]:
    """One row per code that occurs, worst severity first, then by open findings.

    A rule that fired in a model without leaving a finding also has a row, with a count of 0.
    """
    paths = {model.path for model in models}
    fired = Counter(code for model in models for code in set(model.rules))
    groups: dict[str, list[Entry]] = {code: [] for code in fired if code in rules}
    for entry in entries:
        groups.setdefault(entry.code, []).append(entry)
    rows = [_row(code, group, paths, rules.get(code), fired[code]) for code, group in groups.items()]
    return sorted(rows, key=lambda row: (not row.count, row.severity.rank, -row.open, -row.count, row.code))


def _short(message: str) -> str:
    """The first line of a message, without terminal markup."""
    plain = _CONTROL.sub("", message).strip().split("\n")[0]
    return plain if len(plain) <= MAX_SUMMARY else f"{plain[:MAX_SUMMARY].rstrip()} …"


def _row(code: str, group: list[Entry], models: set[str], rule: Rule | None, fired: int) -> Reason:
    touched = {entry.path for entry in group}
    severities = [entry.severity for entry in group] or ([rule.severity] if rule else [])
    in_models = {e.path for e in group if e.origin is Origin.MODEL or e.path in models}
    return Reason(
        code=code,
        severity=min(severities, key=lambda severity: severity.rank),
        count=len(group),
        open=sum(not entry.done for entry in group),
        files=len(touched - in_models),
        models=len(in_models),
        effort=effort_counts(group),
        fired=fired,
        name=rule.name if rule else "",
        summary=rule.summary if rule else _short(group[0].message),
        why=rule.why if rule else "",
        before=rule.before if rule else "",
        after=rule.after if rule else "",
        fix=rule.fix if rule else "",
        references=list(rule.references) if rule else [],
        page=f"{PAGES}{rule.family}.md#{code.lower()}-{rule.name}" if rule else "",
    )
