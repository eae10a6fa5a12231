"""TRN: arguments of ``compile``, and metrics by their short names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    SetArgument,
)
from codemods.rules._evidence import MODEL, called_on, overrides, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

TRN011 = SourceRule(
    code="TRN011",
    name="compile-argument-removed",
    summary="An argument of compile was removed.",
    severity=Severity.ERROR,
    why="compile rejects unknown arguments. Neutral values are dropped; `sample_weight_mode='temporal'` and "
    "`target_tensors` need a different construction.",
    references=(GUIDE,),
    manual="implement the effect of the argument manually",
    proofs=(Proof(),),
)


TRN012 = SourceRule(
    code="TRN012",
    name="single-loss-weight",
    summary="The weight of a single loss is a number, not a list.",
    severity=Severity.ERROR,
    why="For a single loss, Keras 3 expects a float and raises on a one-item list.",
    references=("keras-team/keras#19780",),
    proofs=(Proof(),),
)


TRN020 = SourceRule(
    code="TRN020",
    name="metric-alias-acc",
    summary="metrics.get does not know the short name acc.",
    severity=Severity.ERROR,
    why="compile(metrics=['acc']) works in Keras 3, metrics.get('acc') raises.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


TRN043 = SourceRule(
    code="TRN043",
    name="metrics-of-a-compiled-model",
    summary="model.metrics contains Keras objects, not the metrics passed to compile.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Stand-alone Keras 2 kept the metrics as they were passed, and models were recompiled with them after their "
    "layers were frozen or unfrozen. In Keras 3 the list contains the mean of the loss and one object for all "
    "metrics: if passed to compile again, `Mean.update_state() got multiple values for argument 'sample_weight'`. "
    "The optimizer, too, knows only the weights that it was built for: `Unknown variable`.",
    references=(GUIDE,),
    manual="pass compile the original metrics, and a new optimizer if other weights are trained",
)


_COMPILE_GONE = {
    "experimental_run_tf_function": "nothing is lost",
    "pss_evaluation_shards": "no parameter servers",
    "sample_weight_mode": "pass sample_weight in the shape of the loss: (batch, time) for temporal weights",
    "target_tensors": "pass targets to fit()",
    "options": "no session options",
    "run_metadata": "no session options",
    "distribute": "build the model in the scope of a tf.distribute strategy",
}


@visit(TRN011, TRN012, methods={"compile"}, of={MODEL})
def compile_arguments(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Arguments of ``compile`` that are gone or have another form."""
    model = called_on(call)
    args = ctx.arguments(call)
    keys = args.keywords.keys()
    looks = {"optimizer", "loss", "metrics"} & keys or args.positional
    if not looks or overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE if "loss" in keys else None)
    if fix is None:
        return
    for name, hint in _COMPILE_GONE.items():
        if name not in keys:
            continue
        neutral = ctx.literal(args.get(name), ...) is None or ctx.literal(args.get(name), ...) == 0
        if neutral or name == "experimental_run_tf_function":
            edits = (DropArgument(call, name),)
            yield Match(
                TRN011, call, message=f"compile({name}=) is gone", edits=edits, argument=name, fix=fix
            )
        else:
            text = f"compile({name}=) is gone"
            yield Match(TRN011, call, message=text, hint=hint, argument=name, fix=Fix.MANUAL)
    yield from _weights(call, ctx, fix)


@visit(TRN043, methods={"compile"}, of={MODEL})
def compiled_again(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.compile(model.optimizer, model.loss, metrics=model.metrics)``."""
    metrics = ctx.arguments(call, "optimizer", "loss", "metrics").get("metrics")
    if (
        isinstance(metrics, ast.Attribute)
        and metrics.attr == "metrics"
        and trust(ctx, metrics.value, MODEL, unknown=Fix.UNSAFE) is not None
        and not overrides(ctx, call)
    ):
        yield Match(TRN043, call, argument="metrics")


def _weights(call: ast.Call, ctx: Context, fix: Fix) -> Iterator[Match]:
    args = ctx.arguments(call, "optimizer", "loss")
    weights, loss = args.get("loss_weights"), args.get("loss")
    if (
        isinstance(weights, ast.List | ast.Tuple)
        and len(weights.elts) == 1
        and isinstance(ctx.literal(loss), str)
    ):
        code = Code("weight", {"weight": weights.elts[0]})
        edit = SetArgument(call, "loss_weights", code)
        yield Match(TRN012, call, edits=(edit,), argument="loss_weights", fix=fix)


@visit(TRN020, calls={"keras.metrics.get"})
def metric_alias(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``keras.metrics.get("acc")``."""
    if len(call.args) == 1 and ctx.literal(call.args[0]) == "acc":
        yield Match(TRN020, call, edits=(text(ctx, call.args[0], "accuracy"),))
