"""BCK: what models and layers do that the backends do in ways of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import MODEL, method_of
from codemods.rules.api import COMPILING, OTHERS, Match, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_KERAS = frozenset({Target.KERAS})
STEP = SourceRule(
    code="BCK005",
    name="step-of-a-model",
    summary="JAX also passes the model's state to a custom step.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=COMPILING,
    why="On JAX a step receives the state of the model with the data and returns the new one: `test_step() takes 2 "
    "positional arguments but 3 were given`. On TensorFlow and PyTorch it is called as before.",
    references=("https://keras.io/guides/custom_train_step_in_jax/",),
    manual="override compute_loss if that is enough: every backend calls it in the same way; otherwise write a step "
    "for JAX, too",
)
SYNCHRONIZED = SourceRule(
    code="BCK006",
    name="synchronized-statistics",
    summary="BatchNormalization(synchronized=True) works only with TensorFlow.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=OTHERS,
    why="The other backends raise `Argument synchronized=True is only supported with the TensorFlow backend`.",
    references=("https://keras.io/api/layers/normalization_layers/batch_normalization/",),
    manual="omit the argument, or choose --backend tensorflow",
)
_STEPS = ("train_step", "test_step", "predict_step")
_LAYERS = frozenset({"keras.layers.BatchNormalization"})


@visit(STEP, bases={MODEL})
def steps(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``def train_step(self, data)``."""
    del ctx
    for name in _STEPS:
        step = method_of(cls, name)
        if step is not None and len(step.args.args) == 2:
            yield Match(
                STEP,
                step,
                f"JAX also passes the state of the model to {cls.name}.{name}",
                symbol=f"{MODEL}.{name}",
            )


@visit(SYNCHRONIZED, calls=_LAYERS)
def synchronized(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``BatchNormalization(synchronized=True)``."""
    given = ctx.arguments(call).keywords.get("synchronized")
    if given is not None and ctx.literal(given.value) is not False:
        yield Match(SYNCHRONIZED, call, symbol="keras.layers.BatchNormalization", argument="synchronized")
