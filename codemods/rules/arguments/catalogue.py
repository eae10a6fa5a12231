"""Arguments that moved, were renamed, left or got another default: whatever the catalogue says, by family.

``LAY`` layers, ``OPZ`` optimizers, ``LSS`` losses, metrics, regularizers, ``CBK`` callbacks, ``DAT`` datasets,
applications and utilities. In each family 001 is the order, 002 a new name, 003 no effect any more, 004 by hand,
005 the old default.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.rules.api import Match, visit
from codemods.rules.arguments._families import RULES
from codemods.rules.arguments._steps import steps
from codemods.rules.arguments.era_positions import known_orders
from codemods.rules.layers.time_major import TURNED
from codemods.rules.training.periodic_checkpoints import CALLBACK

if TYPE_CHECKING:
    from codemods.context import Context

_FAMILIES = {
    "layers": "LAY",
    "activations": "LAY",
    "Input": "LAY",
    "Sequential": "LAY",
    "models": "LAY",
    "optimizers": "OPZ",
    "losses": "LSS",
    "metrics": "LSS",
    "regularizers": "LSS",
    "initializers": "LSS",
    "constraints": "LSS",
    "callbacks": "CBK",
    "datasets": "DAT",
    "applications": "DAT",
    "utils": "DAT",
    "preprocessing": "DAT",
}
_NUMBERS = {"position": "001", "rename": "002", "drop": "003", "manual": "004", "pin": "005"}


_RULES = {rule.code: rule for rule in RULES}


def _calls() -> frozenset[str]:
    """Every callable of the families: patterns of the catalogue (`use_legacy_format`, ...) concern all of them."""
    return frozenset(
        f"keras.{symbol.name}"
        for symbol in load().symbols.values()
        if symbol.kind in {"class", "function"} and symbol.name.partition(".")[0] in _FAMILIES
    )


@visit(*_RULES.values(), calls=_calls())
def arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """What the catalogue knows of this call."""
    name = ctx.name(call.func)
    if name is None:
        return
    family = _FAMILIES.get(name.split(".")[1])
    if family is None:
        return
    for step in steps(call, ctx, name):
        if step.policy == "position" and known_orders(call, ctx, name):
            continue
        if step.argument == "period" and name == CALLBACK:
            continue  # CBK005
        if step.policy == "manual" and step.argument == "time_major" and name in TURNED:
            continue
        rule = _RULES.get(family + _NUMBERS[step.policy])
        if rule is None:
            rule = _RULES["LAY" + _NUMBERS[step.policy]]
        yield Match(
            rule,
            call,
            message=step.text,
            hint=step.hint,
            edits=step.edits,
            symbol=name,
            argument=step.argument,
        )
