"""Tables for the terminal: what was done, what is left and why.

There are three layouts: wide enough for the reason in its row, for the figures but not the reason, or for neither; a
reason that does not fit into the row goes on a separate line. Rows that passed are replaced by a count; rows that need
attention come last, where the user looks when a command ends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from migrate.batch.progress import STYLES
from migrate.findings import Status
from migrate.inspection.expectation import blockers
from migrate.outcomes import deciding
from migrate.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rich.console import Console

    from migrate.cli.output import Output
    from migrate.inspection import Inspection
    from migrate.results import ArtifactResult, BatchReport

ROOM_FOR_REASON = 150
ROOM_FOR_FIGURES = 100
REASON = 60
"""Minimum width of a reason in its row, if the first column can shrink."""
LEAST = 20
"""Minimum width of the first column."""
FEW = 10
"""Up to this many rows that passed are listed; more are replaced by a count, unless ``-v`` is given."""
_PASSED = frozenset({Status.MIGRATED, Status.SKIPPED})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``least`` is the width of the console from which it is shown."""

    name: str
    of: Callable[[Any], str | Text]
    right: bool = False
    least: int = 0


def show_rows(console: Console, columns: Sequence[Column], rows: Iterable[tuple[object, str]]) -> None:
    """Print one row for each value, its reason in the row or below it, as the width allows.

    Args:
        console: where to.
        columns: the first gives way when there is too little room.
        rows: values that the columns are of, each with its reason (may be empty).
    """
    shown = [column for column in columns if console.width >= column.least]
    made = [([_text(column.of(value)) for column in shown], reason) for value, reason in rows]
    beside = console.width >= ROOM_FOR_REASON
    heads = [Text(column.name, "bold") for column in shown]
    widths = [
        max(cells[number].cell_len for cells in (heads, *(cells for cells, _ in made)))
        for number in range(len(shown))
    ]
    others = sum(widths[1:]) + 2 * len(widths)
    widths[0] = min(widths[0], max(console.width - others - (REASON if beside else 0), LEAST))
    lead = Text(" " * widths[0])
    reasons = beside and any(reason for _, reason in made)
    _line(console, shown, widths, [*heads, *([Text("why", "bold")] if reasons else [])])
    for cells, reason in made:
        if cells[0].cell_len > widths[0] and len(cells) > 1:
            console.print(cells[0], soft_wrap=True)
            cells[0] = lead
        indent = sum(widths) + 2 * len(widths)
        if reason and beside and indent + len(reason) <= console.width:
            _line(console, shown, widths, [*cells, Text(reason)])
            continue
        _line(console, shown, widths, cells)
        if reason:
            console.print(Padding(Text(reason), (0, 0, 0, 4), expand=False))


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _line(console: Console, columns: Sequence[Column], widths: Sequence[int], cells: Sequence[Text]) -> None:
    """One line: each cell at its column; what follows the columns as it is."""
    parts = []
    for number, cell in enumerate(cells):
        blank = " " * max(0, (widths[number] - cell.cell_len) if number < len(widths) else 0)
        right = number < len(columns) and columns[number].right
        parts.append(Text.assemble(*((blank, cell) if right else (cell, blank))))
    line = Text("  ").join(parts)
    line.rstrip()
    console.print(line, soft_wrap=True)


_RESULTS = (
    Column("source", lambda a: printable(a.source)),
    Column("written by", lambda a: printable(a.written_by.keras or "?"), least=ROOM_FOR_FIGURES),
    Column("status", lambda a: Text(a.status.value, STYLES[a.status.value])),
    Column("evidence", lambda a: (a.parity.evidence if a.parity else "") or "–"),
    Column("max rel", lambda a: f"{a.parity.max_rel:.1e}" if a.parity else "–", right=True),
    Column(
        "covered",
        lambda a: f"{a.parity.coverage.weights:.0%}" if a.parity and a.parity.coverage else "–",
        right=True,
        least=ROOM_FOR_FIGURES,
    ),
    Column("seconds", lambda a: f"{a.seconds:.1f}", right=True, least=ROOM_FOR_FIGURES),
)


def show_results(report: BatchReport, output: Output) -> None:
    """The outcome of each artifact: those that passed first, or their count if there are many; then the others."""
    console = output.console()
    passed = [a for a in report.artifacts if a.status in _PASSED]
    left = [a for a in report.artifacts if a.status not in _PASSED]
    folded = len(passed) > FEW and not output.verbose
    rows = [*([] if folded else passed), *left]
    if rows:
        show_rows(console, _RESULTS, [(artifact, _why(artifact)) for artifact in rows])
    if folded:
        counts = Counter(artifact.status.value for artifact in passed)
        said = ", ".join(f"{count} {status}" for status, count in counts.items())
        console.print(f"{'and ' if rows else ''}{said} (-v lists them)")
    _show_reasons(left, console)


def _why(artifact: ArtifactResult) -> str:
    worst = deciding(artifact)
    return printable(f"{worst[-1].code} {worst[-1].message}") if worst else ""


def _show_reasons(left: Sequence[ArtifactResult], console: Console) -> None:
    """Reasons for the remaining artifacts, most frequent first, each with its next step."""
    counts: Counter[str] = Counter()
    hints: dict[str, dict[str, None]] = {}
    for artifact in left:
        found = {finding.code: finding.hint for finding in reversed(deciding(artifact)) if finding.hint}
        counts.update(found.keys())
        for code, hint in found.items():
            hints.setdefault(code, {})[hint] = None
    if not counts:
        return
    console.print(Text("\nWhat is left", "bold"))
    columns = (
        Column("code", lambda item: item[0]),
        Column("artifacts", lambda item: str(item[1]), right=True),
    )
    show_rows(
        console, columns, [(item, printable(_steps([*hints[item[0]]]))) for item in counts.most_common()]
    )


def _steps(hints: Sequence[str]) -> str:
    """The next step of several artifacts: that of the first one, if they differ."""
    return hints[0] if len(hints) == 1 else f"{hints[0]} (see the report for {len(hints) - 1} more)"


_PLAN = tuple(
    Column(
        name,
        lambda row, name=name: printable("–" if row[name] is None else row[name]),  # type: ignore[misc]
        right=name == "seconds",
        least=least,
    )
    for name, least in (
        ("source", 0), ("format", ROOM_FOR_FIGURES), ("action", 0), ("expected", 0),
        ("certainty", ROOM_FOR_FIGURES), ("code", 0), ("seconds", ROOM_FOR_FIGURES),
    )
)  # fmt: skip


def show_plan(plan: Mapping[str, Any], output: Output) -> None:
    """What a run would do with each artifact, and in total; rows that are kept or expected to pass are only counted."""
    console = output.console()
    passing = [row for row in plan["artifacts"] if row["action"] == "keep" or row["expected"] == "migrated"]
    folded = len(passing) > FEW and not output.verbose
    hidden = {id(row) for row in passing} if folded else set()
    rows = [row for row in plan["artifacts"] if id(row) not in hidden]
    if rows:
        show_rows(console, _PLAN, [(row, "") for row in rows])
    if folded:
        console.print(
            f"{'and ' if rows else ''}{len(passing)} kept or expected to be migrated (-v lists them)"
        )
    actions = Counter(row["action"] for row in plan["artifacts"])
    counted = ", ".join(f"{count} to {action}" for action, count in sorted(actions.items()))
    total = len(plan["artifacts"])
    console.print(
        f"{total} artifacts: {counted or 'nothing'}; about {plan['seconds']:.0f} s with {plan['jobs']} jobs"
    )


_INSPECTED = (
    Column("model", lambda one: printable(one.path)),
    Column("kind", lambda one: one.kind, least=ROOM_FOR_FIGURES),
    Column("written by", lambda one: printable(one.writer.keras or "?")),
    Column(
        "parameters", lambda one: f"{one.parameters:,}" if one.parameters else "–", right=True,
        least=ROOM_FOR_FIGURES,
    ),
    Column("blockers", lambda one: str(_blocking(one) or "–"), right=True),
)  # fmt: skip


def show_inspections(found: Sequence[Inspection], output: Output) -> None:
    """One row for each model of a folder; those without blockers fold into a count when they are many."""
    console = output.console()
    free = [one for one in found if not _blocking(one)]
    folded = len(free) > FEW and not output.verbose
    rows = [*([] if folded else free), *(one for one in found if _blocking(one))]
    if rows:
        show_rows(console, _INSPECTED, [(one, _obstacle(one)) for one in rows])
    if folded:
        console.print(f"{'and ' if rows else ''}{len(free)} without blockers (-v lists them)")
    blocked = len(found) - len(free)
    console.print(
        f"{len(found)} models, {blocked} with blockers; keras-migrate inspect MODEL says all of one"
    )


def _blocking(one: Inspection) -> int:
    return len(blockers(one))


def _obstacle(one: Inspection) -> str:
    worst = sorted(one.obstacles, key=lambda f: f.severity.rank)
    return printable(f"{worst[0].code} {worst[0].message}") if worst and _blocking(one) else ""
