"""Defaults that a minor of Keras 3 changed (MIN003), in calls that leave the argument out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from codemods.rules.api import Match, SourceRule, visit
from codemods.rules.minors.arguments import CHANGES, short
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


class Default(NamedTuple):
    """A default that changed.

    Attributes:
        since: the minor.
        before: as it was written before.
        after: as it is since.
        beside: an argument without which it has no effect; empty where there is none.
    """

    since: str
    before: str
    after: str
    beside: str = ""


MIN003 = SourceRule(
    code="MIN003",
    name="default-changed-with-a-minor",
    summary="A default changed in a minor release of Keras 3, and the call omits the argument.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    destination=">=3.3",
    why="The same call silently computes something else after an upgrade: from 3.13 on, Muon takes 5 steps of its "
    "iteration instead of 6, and 25 times less weight decay.",
    references=(CHANGES,),
    manual="write the argument explicitly, with the value that the code was written for",
)

CHANGED: Mapping[str, Mapping[str, Default]] = {
    "keras.ops.ctc_decode": {"mask_index": Default("3.4", "None", "0")},
    "keras.ops.nn.ctc_decode": {"mask_index": Default("3.4", "None", "0")},
    "keras.optimizers.Muon": {
        "adam_lr_ratio": Default("3.13", "0.1", "1"),
        "ns_steps": Default("3.13", "6", "5"),
        "weight_decay": Default("3.13", "0.1", "0.004"),
    },
    "keras.optimizers.RMSprop": {"ema_overwrite_frequency": Default("3.3", "100", "None", beside="use_ema")},
    "keras.tree.assert_same_structure": {"check_types": Default("3.8", "True", "None")},
}
"""Callable to arguments whose default a minor changed so that the call computes something else."""
SAME: Mapping[str, str] = {
    "aggregation": "of a Variable: it decides what distribution strategies do",
    "data_format": "of operations on images: None is the format that Keras is configured for, channels_last by default",
    "name": "None is the same name",
    "scale": "of rms_normalization: None is no scale, as 1 was",
    "step": "of arange: None is 1",
    "zipped": "None is True for a path that ends in .keras",
}
"""Arguments whose default is written otherwise since a minor, and why that is no finding."""


@visit(MIN003, calls=set(CHANGED))
def changed(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Muon(0.01)``."""
    name = ctx.name(call.func) or ""
    if any(keyword.arg is None for keyword in call.keywords):
        return  # ``**settings`` may hold it
    given = {keyword.arg for keyword in call.keywords}
    for argument, default in CHANGED[name].items():
        since, before, after, beside = default
        if argument in given or (beside and beside not in given) or not ctx.at_least(since):
            continue
        text = f"{short(name)}({argument}=) is {after} since Keras {since}, and was {before}"
        hint = f"write {argument}={before} if the code is from before Keras {since}, otherwise {argument}={after}"
        yield Match(MIN003, call, message=text, hint=hint, symbol=name, argument=argument)
