"""The report as one self-contained HTML page.

The overview is rendered here, by Jinja2 with escaping on, and works without JavaScript. Everything that may be long
(findings, models, files, links) is data in two ``application/json`` blocks, which the page's own script renders row by
row through the DOM, never as markup. A content security policy lets exactly that script run and nothing load.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import msgspec
from markupsafe import Markup, escape

from migrate.findings import Severity
from migrate.report.compatibility import effort
from migrate.report.compatibility.hours import in_words
from migrate.report.compatibility.levels import Effort, Level
from migrate.report.compatibility.records import Report
from migrate.report.writers.pagedata import detail_rows, index_rows
from migrate.results import UntouchedOutcome

ASSETS = Path(__file__).with_name("assets")
TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = (
    "dom", "data", "copy", "list", "charts", "treemap", "graph", "finding", "proof", "picture", "model", "file",
    "options", "views", "app",
)  # fmt: skip
STYLES = ("theme", "overview", "lists", "pages", "picture", "code", "media")
_ORDER = (
    UntouchedOutcome.DIFFERS,
    UntouchedOutcome.DOES_NOT_LOAD,
    UntouchedOutcome.DOES_NOT_RUN,
    UntouchedOutcome.EQUAL,
)
STEP_ITEMS = 5
"""Items of a step that the overview shows; the rest is counted and listed in the JSON."""


def write(report: Report) -> str:
    """The page."""
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            levels=list(Level),
            severities=list(Severity),
            efforts=list(Effort),
            groups=_groups(report),
            step_items=STEP_ITEMS,
            untouched=_untouched(report),
            hours=in_words(report.hours),
            migrated=sum(model.status in effort.DONE for model in report.models),
            ready=sum(file.level is Level.READY for file in report.files),
            burn=_burn(report),
            most=max((reason.count for reason in report.reasons), default=1),
            widest=max((package.tally.findings for package in report.packages), default=1) or 1,
            style=style(*STYLES),
            script=script,
            policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:",
            index=island(index_rows(report)),
            detail=island(detail_rows(report)),
        )
    )


def island(value: Any) -> str:
    """JSON that is safe inside a ``script`` element.

    ``<`` never occurs, so neither ``</script>`` nor ``<!--`` can end or confuse the element; U+2028 and U+2029 are
    escaped for readers that parse the text as JavaScript.
    """
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _groups(report: Report) -> list[tuple[str, str, int, dict[str, int]]]:
    """Bars of readiness: title, view, units, units by level."""
    rows = []
    for title, view, units in (("Models", "models", report.models), ("Files", "files", report.files)):
        counts = {level.value: 0 for level in Level}
        for unit in units:
            counts[unit.level] += 1
        if units:
            rows.append((title, view, len(units), counts))
    return rows


def _untouched(report: Report) -> list[tuple[str, int]]:
    """How often stock Keras 3 had which result with the untouched file of a model, silent differences first."""
    counts = Counter(model.untouched.outcome for model in report.models if model.untouched)
    return [(outcome.value, counts[outcome.value]) for outcome in _ORDER if counts[outcome.value]]


def _burn(report: Report) -> str:
    """Points of the burn-down's line in a field of 600 by 100; empty with fewer than three reports."""
    history = report.comparison.history if report.comparison else []
    if len(history) < 3:
        return ""
    most = max(count for _, count in history) or 1
    step = 600 / (len(history) - 1)
    return " ".join(f"{i * step:.0f},{100 - 96 * count / most:.0f}" for i, (_, count) in enumerate(history))


@cache
def environment() -> jinja2.Environment:
    """The template environment, with escaping on."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["number"] = lambda value: f"{value:,}"
    made.filters["query"] = _query
    made.filters["ticks"] = _ticks
    return made


def _query(value: str) -> str:
    return quote(value, safe="")


def _ticks(text: str) -> Markup:
    """Escape, and format text between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd backtick is just a character
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


@cache
def _script() -> str:
    parts = [(ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return '"use strict";(() => {\n' + "\n".join(parts) + "\n})();"


@cache
def style(*names: str) -> str:
    """The style sheets of these names, concatenated."""
    return "".join((ASSETS / f"{name}.css").read_text(encoding="utf-8") for name in names)
