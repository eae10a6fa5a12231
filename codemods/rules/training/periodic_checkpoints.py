"""CBK: checkpoints after every few epochs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from codemods.edits import Code, DropArgument, Edit, NameArguments, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._era import releases
from codemods.rules._evidence import defined_once, super_init
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
    "meaning; a period of 1 is the default. As the seventh argument the number is taken for `save_freq` today.",
    references=("keras-team/keras#12980", GUIDE),
    manual="derive a class from ModelCheckpoint that saves after every period epochs",
    proofs=(Proof(),),
)
CALLBACK = "keras.callbacks.ModelCheckpoint"
_BY_HAND = (
    "count the epochs in on_epoch_end of the class, and call super().on_epoch_end after every period epochs"
)
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


_ORDER = ("filepath", "monitor", "verbose", "save_best_only", "save_weights_only", "mode", "period")
"""The parameters that could be given by position; the last one is ``save_freq`` in later releases."""
_POSITION = _ORDER.index("period")
_WITH_POSITION = {"keras": SpecifierSet("<2.4"), "tensorflow": SpecifierSet("<1.14")}


@visit(PERIOD, calls={CALLBACK})
def periods(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ModelCheckpoint(path, period=5)``."""
    given = _given(call, ctx)
    if given is None:
        return
    period, fix = given
    named = len(call.args) <= _POSITION
    if ctx.literal(period) == 1:
        edit = DropArgument(call, "period" if named else _POSITION)
        yield Match(PERIOD, call, edits=(edit,), argument="period", fix=fix)
        return
    places = [
        other.func
        for other, _ in ctx.module.index.calls
        if ctx.name(other.func) == CALLBACK and _given(other, ctx) is not None
    ]
    edits: tuple[Edit, ...] = (
        *defined_once(ctx, call.func, _NAME, _CLASS, places),
        ReplaceExpression(call.func, Code(_NAME)),
    )
    if not named:
        edits += (NameArguments(call, ("",) * _POSITION + ("period",)),)
    yield Match(PERIOD, call, edits=edits, argument="period", fix=fix)


@visit(PERIOD, bases={CALLBACK})
def classes_with_a_period(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``super().__init__(path, period=5)`` of a class that derives from it."""
    if CALLBACK not in ctx.bases(cls):
        return
    for call in walk(cls):
        given = {keyword.arg for keyword in call.keywords} if isinstance(call, ast.Call) else set()
        if isinstance(call, ast.Call) and super_init(call.func) and "period" in given:
            yield Match(PERIOD, call, hint=_BY_HAND, argument="period", fix=Fix.MANUAL)


def _given(call: ast.Call, ctx: Context) -> tuple[ast.expr, Fix] | None:
    """The period of a call, and how sure it is that a seventh argument is one in the releases of the file."""
    args = ctx.arguments(call, *_ORDER)
    period = args.get("period")
    if period is None or "period" in args.keywords:
        return (period, Fix.SAFE) if period is not None else None
    package = "keras" if ctx.origin(call.func) == "keras" else "tensorflow"
    had = [release in _WITH_POSITION[package] for release in releases(ctx, package)]
    if isinstance(ctx.literal(period), str):
        return None
    if all(had):
        return period, Fix.SAFE
    return (period, Fix.UNSAFE) if any(had) and package == "keras" else None
