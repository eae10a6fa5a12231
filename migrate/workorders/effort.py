"""Hours of a person that an order takes, as a range.

What a person reads is measured: `TABLE` holds, for each rule, how long the classes and functions are in which it left
something in real repositories (``scripts/hours.py``). How fast that is read, and what comes on top, is judged;
``docs/work-orders.md`` says all of it. The low end is somebody who knows both Keras, the high end somebody who reads
the rule's page first and meets a long definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from statistics import median

from migrate.workorders.records import Hours, Trouble, WorkOrder

TABLE = Path(__file__).with_name("hours.tsv")
_BASE = (0.1, 0.4)
"""Reading an order, running its check, committing."""
_READ = (400.0, 125.0)
"""Lines of code read in an hour, with understanding: the bounds that studies of code inspection give."""
_CHANGE = (0.1, 0.5)
"""Finding what takes the place of the old code, and writing it."""
_LEAST = {"PRV": (0.5, 4.0), "ECO": (1.0, 16.0), "CST": (0.5, 3.0)}
"""By the letters of a rule, where reading is not what takes the time: a difference that has to be found, a package that
has to be replaced, a training loop or optimizer of the author's own."""
AGAIN = 0.25
"""A further place of the same rule in the same order takes this share."""
UNDECIDED = 1.5
"""Factor of an order that no proof decides: its author has to make sure another way."""


@cache
def _lines() -> dict[str, tuple[float, float]]:
    """By rule: the median and the ninth decile of the lines to read."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return {code: (float(middle), float(p90)) for code, _, _, middle, p90 in rows}


def _usual() -> tuple[float, float]:
    """The lines of a rule that the table does not hold: the medians over those that it does."""
    middles, p90s = zip(*_lines().values(), strict=True)
    return median(middles), median(p90s)


def hours_of_rule(code: str) -> Hours:
    """The range for the first place of a rule in an order."""
    middle, p90 = _lines().get(code) or _usual()
    low, high = middle / _READ[0] + _CHANGE[0], p90 / _READ[1] + _CHANGE[1]
    least = _LEAST.get(code.rstrip("0123456789"), (0.0, 0.0))
    return Hours(round(max(low, least[0]), 2), round(max(high, least[1]), 2))


def hours_of(troubles: Sequence[Trouble], *, provable: bool) -> Hours:
    """The range for one order."""
    low, high = _BASE
    seen: set[str] = set()
    for trouble in troubles:
        one = hours_of_rule(trouble.code)
        share = AGAIN if trouble.code in seen else 1.0
        seen.add(trouble.code)
        low, high = low + one.low * share, high + one.high * share
    factor = 1.0 if provable else UNDECIDED
    return Hours(round(low * factor, 2), round(high * factor, 2))


def total(orders: Iterable[WorkOrder]) -> Hours:
    """The range for all orders; the ends are added, so that it is wider than what is likely."""
    every = list(orders)
    return Hours(round(sum(o.hours.low for o in every), 1), round(sum(o.hours.high for o in every), 1))
