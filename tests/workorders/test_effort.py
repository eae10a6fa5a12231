"""Hours of work orders."""

from __future__ import annotations

import pytest

from migrate.workorders.effort import hours_of, hours_of_rule
from migrate.workorders.records import Trouble


def trouble(code: str) -> Trouble:
    return Trouble(code=code, severity="error", line=1, end_line=1, symbol="", message="")


def test_hours_follow_from_the_lines_to_read() -> None:
    one = hours_of_rule("BKD003")  # 28.5 lines in the middle, 239 at the ninth decile
    assert one.low == pytest.approx(28.5 / 400 + 0.1, abs=0.01)
    assert one.high == pytest.approx(239 / 125 + 0.5, abs=0.01)


@pytest.mark.parametrize(
    ("code", "least"), [("PRV001", (0.5, 4.0)), ("ECO003", (1.0, 16.0)), ("CST999", (0.5, 3.0))]
)
def test_what_is_not_a_matter_of_reading_has_a_floor(code: str, least: tuple[float, float]) -> None:
    assert (hours_of_rule(code).low, hours_of_rule(code).high) >= least


def test_a_rule_that_was_never_left_has_the_usual_hours() -> None:
    unknown = hours_of_rule("XXX999")
    assert 0.1 < unknown.low < unknown.high < 4


def test_further_places_and_orders_without_a_proof() -> None:
    one, two = (hours_of([trouble("BKD003")] * count, provable=True) for count in (1, 2))
    assert one.low < two.low < 2 * one.low
    undecided = hours_of([trouble("BKD003")], provable=False)
    assert undecided.high == pytest.approx(1.5 * one.high, abs=0.02)
