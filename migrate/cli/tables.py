"""Tables for the terminal: what was done, what is left and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from migrate.printable import printable
from migrate.results import ArtifactResult, BatchReport

_COLOURS = {
    "migrated": "green",
    "unverified": "yellow",
    "blocked": "yellow",
    "unsafe": "red",
    "failed": "red",
    "skipped": "dim",
}


def result_table(report: BatchReport) -> Table:
    """One line per artifact: status, evidence, worst error, training state, first reason."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header, justify in (
        ("source", "left"),
        ("written by", "left"),
        ("status", "left"),
        ("evidence", "left"),
        ("max rel", "right"),
        ("covered", "right"),
        ("seconds", "right"),
        ("why", "left"),
    ):
        table.add_column(header, justify=justify, no_wrap=header != "why")  # type: ignore[arg-type]
    for artifact in report.artifacts:
        parity = artifact.parity
        table.add_row(
            Text(printable(artifact.source)),
            Text(printable(artifact.written_by.keras or "?")),
            Text(artifact.status.value, style=_COLOURS[artifact.status.value]),
            Text(parity.evidence if parity else "–"),
            Text(f"{parity.max_rel:.1e}" if parity else "–"),
            Text(f"{parity.coverage.weights:.0%}" if parity and parity.coverage else "–"),
            Text(f"{artifact.seconds:.1f}"),
            Text(printable(_why(artifact))),
        )
    return table


def _why(artifact: ArtifactResult) -> str:
    if artifact.status.value == "migrated":
        return ""
    worst = [f for f in artifact.findings if f.severity in ("error", "silent")] or artifact.findings
    return f"{worst[-1].code} {worst[-1].message[:90]}" if worst else ""


def reasons_table(report: BatchReport) -> Table | None:
    """Reasons of what is left, most frequent first, each with the next step; None when nothing is left."""
    counts: Counter[str] = Counter()
    hints: dict[str, str] = {}
    for artifact in report.artifacts:
        if artifact.status.value in ("migrated", "skipped"):
            continue
        for finding in artifact.findings:
            if finding.severity in ("error", "silent"):
                counts[finding.code] += 1
                hints.setdefault(finding.code, finding.hint)
    if not counts:
        return None
    table = Table(box=None, pad_edge=False, header_style="bold", title="What is left", title_justify="left")
    for header in ("code", "artifacts", "next step"):
        table.add_column(header)
    for code, count in counts.most_common():
        table.add_row(code, str(count), Text(printable(hints[code])))
    return table


def plan_lines(plan: Mapping[str, Any]) -> Iterator[str]:
    """What a run would do with each artifact, and all together; plain text, because ten thousand rows are common."""
    columns = ("source", "format", "action", "expected", "certainty", "code", "seconds")
    rows = [
        columns,
        *(tuple("–" if row[key] is None else str(row[key]) for key in columns) for row in plan["artifacts"]),
    ]
    widths = [max(len(row[number]) for row in rows) for number in range(len(columns))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(printable(cell) for cell in cells).rstrip()
    actions = Counter(row["action"] for row in plan["artifacts"])
    counted = ", ".join(f"{count} to {action}" for action, count in sorted(actions.items()))
    yield f"{len(rows) - 1} artifacts: {counted or 'nothing'}; about {plan['seconds']:.0f} s with {plan['jobs']} jobs"
