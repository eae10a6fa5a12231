"""Hours of a person that an order takes, as a range.

The figures are per rule family, in hours for the first place in a file and for each further one; `docs/work-orders.md`
says where they come from. A range is what they allow: the low end is somebody who knows both Keras, the high end
somebody who reads the rule's page first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrate.workorders.records import Hours, Trouble, WorkOrder

_BASE = (0.1, 0.4)
"""Reading an order, running its check, committing."""
OF_FAMILY: dict[str, tuple[float, float]] = {
    "PRV": (0.5, 4.0),
    "IMP": (0.1, 0.5),
    "SAV": (0.2, 1.0),
    "LYR": (0.2, 1.5),
    "CST": (0.5, 3.0),
    "BKD": (0.2, 1.5),
    "OPT": (0.2, 1.0),
    "TRN": (0.2, 1.5),
    "ECO": (2.0, 16.0),
}
"""Hours of one place by the letters of its rule."""
OTHER = (0.2, 1.5)
AGAIN = 0.25
"""A further place of the same rule in the same order takes this share."""
UNDECIDED = 1.5
"""Factor of an order that no proof decides: its author has to make sure another way."""


def hours_of(troubles: Sequence[Trouble], *, provable: bool) -> Hours:
    """The range for one order."""
    low, high = _BASE
    seen: set[str] = set()
    for trouble in troubles:
        family = trouble.code.rstrip("0123456789")
        one, other = OF_FAMILY.get(family, OTHER)
        share = AGAIN if family in seen else 1.0
        seen.add(family)
        low, high = low + one * share, high + other * share
    factor = 1.0 if provable else UNDECIDED
    return Hours(round(low * factor, 2), round(high * factor, 2))


def total(orders: Iterable[WorkOrder]) -> Hours:
    """The range for all orders; the ends are added, so that it is wider than what is likely."""
    every = list(orders)
    return Hours(round(sum(o.hours.low for o in every), 1), round(sum(o.hours.high for o in every), 1))
