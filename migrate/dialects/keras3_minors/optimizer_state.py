"""Variables of an optimizer that releases of Keras 3 number in different orders."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.dialects.keras3_minors.state_rule import Optimizer, Shape, state_rule
from migrate.findings import Rule, Severity

_WHY = (
    "Nadam stores one product of its momenta next to two variables for each weight. Up to 3.9 it is created before "
    "them, from 3.10 on after them. `load_model(path)` rejects the archive, or confuses the numbers if all weights "
    "are scalars. One archive cannot serve both; `load_model(path, compile=False)` reads either."
)
_PRODUCT: Shape = ()
"""One number; momenta have the shape of their weight."""
_BEFORE, _AFTER = (
    "optimizer/vars: iteration, learning_rate, product, …",
    "optimizer/vars: iteration, learning_rate, …, product",
)


@state_rule(
    Rule(
        "RDR109",
        "nadam-product-last",
        "The state of Nadam has its product of momenta before the momenta.",
        Severity.ERROR,
        applies_to="<3.10",
        before=_BEFORE,
        after=_AFTER,
        why=_WHY,
    ),
    optimizer="Nadam",
    readers=">=3.10",
)
def nadam_product_last(optimizer: Optimizer, shapes: Sequence[Shape]) -> Sequence[int] | None:
    """Put the product at the end."""
    first, count = _first_of_nadam(optimizer, len(shapes)), len(shapes)
    if first is None or shapes[first] != _PRODUCT:
        return None
    return [*range(first), *range(first + 1, count), first]


@state_rule(
    Rule(
        "RDR110",
        "nadam-product-first",
        "The state of Nadam has its product of momenta after the momenta.",
        Severity.ERROR,
        applies_to=">=3.10.dev0",
        before=_AFTER,
        after=_BEFORE,
        why=_WHY,
    ),
    optimizer="Nadam",
    readers="<3.10",
    every=True,
)
def nadam_product_first(optimizer: Optimizer, shapes: Sequence[Shape]) -> Sequence[int] | None:
    """Put the product before the momenta."""
    first, count = _first_of_nadam(optimizer, len(shapes)), len(shapes)
    if first is None or shapes[-1] != _PRODUCT:
        return None
    return [*range(first), count - 1, *range(first, count - 1)]


def _first_of_nadam(optimizer: Optimizer, count: int) -> int | None:
    """Number of the first variable of Nadam's own: behind step, rate and, if it has them, averages of the weights."""
    averaged = bool(optimizer.get("use_ema"))
    weights, rest = divmod(count - 3, 3 if averaged else 2)
    return None if rest or weights < 1 else 2 + averaged * weights
