"""CBK: checkpoints after every few epochs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

PERIOD = SourceRule(
    code="CBK005",
    name="checkpoint-period",
    summary="ModelCheckpoint has no period: it saves after every epoch or after a number of batches.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    why="`period` counted epochs, and with `save_best_only` the epochs in between were not compared either. "
    "`save_freq` counts batches, whose number per epoch the code rarely states. A class of a few lines keeps the "
    "meaning; a period of 1 is the default.",
    references=("keras-team/keras#12980", GUIDE),
    manual="derive a class from ModelCheckpoint that saves after every period epochs",
    proofs=(Proof(),),
)
CALLBACK = "keras.callbacks.ModelCheckpoint"
_NAME = "PeriodicCheckpoint"
_CLASS = f'''\
class {_NAME}({CALLBACK}):
    """A checkpoint after every ``period`` epochs."""

    def __init__(self, *args, period=1, **kwargs):
        super().__init__(*args, **kwargs)
        self.period = period
        self.epochs_since_last_save = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            super().on_epoch_end(epoch, logs)
'''


@visit(PERIOD, calls={CALLBACK})
def periods(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ModelCheckpoint(path, period=5)``."""
    period = ctx.arguments(call).keywords.get("period")
    if period is None:
        return
    if ctx.literal(period.value) == 1:
        yield Match(PERIOD, call, edits=(DropArgument(call, "period"),), argument="period")
        return
    places = [
        other.func
        for other, _ in ctx.module.index.calls
        if ctx.name(other.func) == CALLBACK and any(keyword.arg == "period" for keyword in other.keywords)
    ]
    edits = (*defined_once(ctx, call.func, _NAME, _CLASS, places), ReplaceExpression(call.func, Code(_NAME)))
    yield Match(PERIOD, call, edits=edits, argument="period")
