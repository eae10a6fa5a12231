"""The report on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from migrate.findings import Severity
from migrate.printable import shown
from migrate.report.compatibility.hours import in_words
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.records import Report, Step

_STYLE = {
    "ready": "green", "automatic": "cyan", "assisted": "yellow", "manual": "dark_orange", "blocked": "red",
    "silent": "magenta", "error": "red", "warning": "yellow", "info": "bright_black",
}  # fmt: skip
REASONS = 8
WIDTH = 40
COMMANDS = 3
"""Number of models of a step whose own commands are shown."""


def show(report: Report, written: Sequence[str], out: Console) -> None:
    """Print the verdict, bars of readiness, the worst reasons, the next steps and what was written."""
    out.print(f"\n[bold]{shown(report.verdict)}[/]\n")
    for title, units in (("models", report.models), ("files", report.files)):
        counts = {level: sum(unit.level is level for unit in units) for level in Level}
        if units:
            said = ", ".join(f"[{_STYLE[level]}]{n} {level}[/]" for level, n in counts.items() if n)
            out.print(f"{title:>7}  {_bar(counts)}  {said}", highlight=False)
    effort = ", ".join(f"{report.tally.effort[e]} {e}" for e in Effort)
    effort += f", {report.tally.open_severities[Severity.INFO]} for information"
    effort += f"; {in_words(report.hours)} h of manual work by rule of thumb"
    out.print(f"\n{report.tally.open} open findings of {report.tally.findings}: {effort}", highlight=False)
    if report.reasons:
        out.print(_reasons(report, fit=out.is_terminal))
    for number, step in enumerate(report.order, 1):
        title = f"{number}. {shown(step.title)} ({len(step.items)})"
        out.print(title, _command(step, out.width - len(title)), highlight=False, sep="", soft_wrap=True)
        for item in [item for item in step.items if item.command][:COMMANDS]:
            out.print(f"   [cyan]{shown(item.command)}[/]", highlight=False, soft_wrap=True)
    if report.comparison:
        c = report.comparison
        out.print(
            f"since {shown(c.earlier)}: {c.open_before} → {c.open_now} open, {c.new} new", highlight=False
        )
    if report.unseen:
        out.print(f"not examined: {len(report.unseen)}", highlight=False)
    out.print(f"\nwritten: {', '.join(map(shown, written))}", highlight=False)


def _command(step: Step, room: int) -> str:
    """The command of a step, after its title if it fits, else on a separate line."""
    if not step.command:
        return ""
    gap = "  " if len(step.command) + 2 <= room else "\n   "
    return f"{gap}[bold cyan]{shown(step.command)}[/]"


def _bar(counts: dict[Level, int]) -> str:
    total = sum(counts.values()) or 1
    cells = {level: max(1, round(n * WIDTH / total)) if n else 0 for level, n in counts.items()}
    return "".join(f"[{_STYLE[level]}]{'█' * n}[/]" for level, n in cells.items() if n)


def _reasons(report: Report, *, fit: bool) -> Table:
    table = Table.grid(padding=(0, 1), expand=fit)
    table.add_column(justify="right", min_width=6, no_wrap=True)
    table.add_column(min_width=8, no_wrap=True)
    table.add_column(min_width=8, no_wrap=True)
    table.add_column(ratio=1)
    worst = [reason for reason in report.reasons if reason.open]
    for reason in worst[:REASONS]:
        colour = _STYLE[reason.severity]
        table.add_row(str(reason.open), f"[{colour}]{reason.severity}[/]", reason.code, shown(reason.summary))
    if len(worst) > REASONS:
        table.add_row("", "", "", f"[bright_black]and {len(worst) - REASONS} more reasons[/]")
    return table
