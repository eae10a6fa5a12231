"""Group findings by reason code, silent ones first, and say what is known of each reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from migrate.findings import Rule
from migrate.report.compatibility.effort import effort_counts
from migrate.report.compatibility.records import Entry, ModelUnit, Origin, Reason

PAGES = "docs/rules/"
"""Where the page of a rule stands in the documentation."""


def reasons(entries: Sequence[Entry], models: Iterable[ModelUnit], rules: Mapping[str, Rule]) -> list[Reason]:
    """One row per code, worst severity first, then by open findings.

    Codes of rules that fired in a model without leaving a finding have no row; the model's page names them.
    """
    paths = {model.path for model in models}
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.code].append(entry)
    rows = [_row(code, group, paths, rules.get(code)) for code, group in groups.items()]
    return sorted(rows, key=lambda row: (row.severity.rank, -row.open, -row.count, row.code))


def _row(code: str, group: list[Entry], models: set[str], rule: Rule | None) -> Reason:
    touched = {entry.path for entry in group}
    in_models = {e.path for e in group if e.origin is Origin.MODEL or e.path in models}
    return Reason(
        code=code,
        severity=min((entry.severity for entry in group), key=lambda severity: severity.rank),
        count=len(group),
        open=sum(not entry.done for entry in group),
        files=len(touched - in_models),
        models=len(in_models),
        effort=effort_counts(group),
        name=rule.name if rule else "",
        summary=rule.summary if rule else group[0].message,
        why=rule.why if rule else "",
        before=rule.before if rule else "",
        after=rule.after if rule else "",
        fix=rule.fix if rule else "",
        references=list(rule.references) if rule else [],
        page=f"{PAGES}{code}.md" if rule else "",
    )
