"""The page of the matrix of archives and readers."""

from __future__ import annotations

import re

from migrate.report.writers.readers import cell_of, write
from migrate.results import CheckedArchive, ReaderOutcome, Reading


def reading(outcome: ReaderOutcome, size: float | None = None, reason: str = "") -> Reading:
    return Reading("3.9", "3.9.2", "jax", outcome, size, reason)


def test_the_page_shows_each_reading_and_why() -> None:
    other = Reading("3.15", "3.15.1", "jax", ReaderOutcome.DIFFERS, 0.25, "differs by <b>0.3</b>")
    page = write(
        [
            CheckedArchive("a.keras", "3.9.2", "recorded in a", [reading(ReaderOutcome.EQUAL, 0.0), other]),
            CheckedArchive("b.keras", "", "RDR005: no archive", []),
        ]
    )
    assert re.findall(r'<td class="(\w+)"', page)[2:] == ["equal", "silent", "open", "open"]
    assert "1 of 4 readings are equal" in page
    assert "differs 2e-01" in page
    assert "differs by &lt;b&gt;0.3&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "b.keras: RDR005: no archive" in page
    assert "script" not in page.partition("</head>")[2]


def test_every_outcome_has_a_cell() -> None:
    assert {cell_of(reading(outcome)).kind for outcome in ReaderOutcome} == {
        "equal",
        "silent",
        "error",
        "open",
    }


def test_an_error_without_bound_has_no_figure() -> None:
    assert cell_of(reading(ReaderOutcome.DIFFERS, 1.7976931348623157e308)).text == "differs"
