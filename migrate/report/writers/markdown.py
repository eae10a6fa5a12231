"""Markdown for a pull-request comment: the answer, the figures, and every finding in as few characters as possible.

GitHub refuses a comment of more than 65,536 characters. Places are listed by reason and file until the limit; the
rest is counted, so that the figures always add up.
"""

from __future__ import annotations

import re
from collections import defaultdict

from migrate.findings import Severity
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.records import Entry, Reason, Report

LIMIT = 65_536
_TAIL = 400
"""Space reserved for the sentence about what was left out."""
_MARK = {Severity.SILENT: "🟣", Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "⚪"}
_SPECIAL = re.compile(r"([\\`*_\[\]#|~])")
_PLACE_LIMIT = 120


def write(report: Report, limit: int = LIMIT) -> str:
    """The report as a comment of at most ``limit`` characters (0: no limit)."""
    head = _head(report)
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in report.findings:
        groups[entry.code].append(entry)
    parts, size, left = [head], len(head), 0
    for reason in (reason for reason in report.reasons if reason.count):
        block = _block(reason, groups[reason.code])
        if limit and size + len(block) > limit - _TAIL:
            left += len(groups[reason.code])
            continue
        parts.append(block)
        size += len(block)
    if left:
        parts.append(
            f"\n_{left} of {len(report.findings)} findings are not listed here because of the size limit: the HTML "
            "and JSON reports contain all of them._\n"
        )
    return "".join(parts)


def _head(report: Report) -> str:
    tally = report.tally
    lines = ["## Keras 3 compatibility", "", f"**{_text(report.verdict)}**", ""]
    names = [level.value for level in Level]
    lines += [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for title, units in (("files", report.files), ("models", report.models)):
        if units:
            counts = [sum(unit.level == name for unit in units) for name in names]
            lines.append(f"| **{title}** | {' | '.join(map(str, counts))} |")
    effort = ", ".join(f"{tally.effort[e]} {e}" for e in Effort)
    effort += f", {tally.open_severities[Severity.INFO]} for information"
    lines += ["", f"{tally.findings} findings, {tally.open} open: {effort}.", ""]
    if report.comparison:
        c = report.comparison
        lines += [
            f"Since {_text(c.earlier)}: {c.open_before} → {c.open_now} open ({c.resolved} resolved, {c.new} new).",
            "",
        ]
    if report.order:
        lines += ["**What to do, in this order**", ""]
        for number, step in enumerate(report.order, 1):
            command = f" `{step.command}`" if step.command else ""
            lines.append(f"{number}. {_text(step.title)} ({len(step.items)}){command}")
        lines.append("")
    if report.unseen:
        lines += [f"Not examined: {len(report.unseen)} ({_unseen(report)}).", ""]
    return "\n".join(lines)


def _unseen(report: Report) -> str:
    shown = ", ".join(_code(unseen.path) for unseen in report.unseen[:3])
    return f"{shown}, …" if len(report.unseen) > 3 else shown


def _block(reason: Reason, entries: list[Entry]) -> str:
    """A collapsible section for one reason; each finding is one of the comma-separated tokens after its file."""
    done = len(entries) - reason.open
    counts = f"{reason.open} open" + (f", {done} done" if done else "")
    summary = f"{_MARK[reason.severity]} <code>{_html(reason.code)}</code> {_html(reason.summary)} — {counts}"
    lines = ["", f"<details><summary>{summary}</summary>", ""]
    places: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        places[entry.path].append(_token(entry))
    lines += [f"- {_code(path)}: {', '.join(tokens)}" for path, tokens in places.items()]
    return "\n".join([*lines, "", "</details>", ""])


def _token(entry: Entry) -> str:
    token = f"L{entry.line}" if entry.line else _code(entry.place[:_PLACE_LIMIT]) if entry.place else "whole"
    return f"~~{token}~~" if entry.done else token


def _code(text: str) -> str:
    """A code span, which cannot contain markup, a mention or a link."""
    flat = " ".join(text.split()) or " "
    ticks = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def _text(text: str) -> str:
    return _html(_SPECIAL.sub(r"\\\1", text))


def _html(text: str) -> str:
    flat = " ".join(text.split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
