"""Optimizers, schedules and mixed precision beyond their signatures (family ``OPZ``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules._evidence import MODEL, OPTIMIZER, owner, trust
from codemods.rules._optimizer_rules import (
    OPZ101,
    OPZ102,
    OPZ103,
    OPZ104,
    OPZ105,
    OPZ106,
    OPZ107,
    OPZ108,
    OPZ109,
    OPZ110,
    OPZ111,
    OPZ113,
)
from codemods.rules.api import Match, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context


_CLASSES = (
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "RMSprop",
    "SGD",
)
_LEGACY = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
_CALLS = frozenset(
    {f"keras.optimizers.{name}" for name in _CLASSES}
    | {f"keras.optimizers.legacy.{name}" for name in _LEGACY}
    | {f"keras.optimizers.experimental.{name}" for name in _CLASSES}
)


@visit(OPZ101, OPZ103, calls=_CALLS)
def constructors(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``lr=`` and ``decay=``."""
    args = ctx.arguments(call, "learning_rate")
    symbol = ctx.name(call.func) or ""
    if "lr" in args.keywords and "learning_rate" not in args:
        edit = RenameArgument(call, "lr", "learning_rate")
        yield Match(OPZ101, call, edits=(edit,), symbol=symbol, argument="lr")
    decay = args.get("decay")
    if decay is None:
        return
    if ctx.literal(decay, ...) in (0, None):
        drop = (DropArgument(call, "decay"),)
        yield Match(OPZ103, call, edits=drop, symbol=symbol, argument="decay", fix=Fix.SAFE)
        return
    edits: list[Edit] = [DropArgument(call, "decay")]
    text = "keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)"
    if "lr" in args.keywords:
        return  # first its new name, then, in the next pass, this
    rate = args.get("learning_rate")
    if rate is None:
        default = _default_rate(symbol)
        if default is None:
            return
        edits.append(
            SetArgument(call, "learning_rate", Code(text.replace("rate,", f"{default},"), {"decay": decay}))
        )
    elif "learning_rate" in args.keywords:
        edits.append(SetArgument(call, "learning_rate", Code(text, {"rate": rate, "decay": decay})))
    else:
        edits.append(ReplaceExpression(rate, Code(text, {"rate": rate, "decay": decay})))
    yield Match(OPZ103, call, edits=tuple(edits), symbol=symbol, argument="decay")


def _default_rate(symbol: str) -> str | None:
    for word in (load().legacy_signature(symbol) or "").split():
        name, _, value = word.partition("=")
        if name == "learning_rate":
            return value or None
    return None


@visit(OPZ111, calls=_CALLS)
def clipping(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``clipnorm=`` beside ``clipvalue=``."""
    given = [
        keyword.arg
        for keyword in call.keywords
        if keyword.arg in {"clipnorm", "clipvalue", "global_clipnorm"}
        and ctx.literal(keyword.value, ...) is not None
    ]
    if len(given) > 1:
        yield Match(OPZ111, call, symbol=ctx.name(call.func) or "", argument=str(given[-1]))


@visit(OPZ113, calls=_CALLS)
def epsilons(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``epsilon=None``."""
    given = ctx.arguments(call).keywords.get("epsilon")
    if given is not None and ctx.literal(given.value, ...) is None:
        edits = (DropArgument(call, "epsilon"),)
        yield Match(OPZ113, call, edits=edits, symbol=ctx.name(call.func) or "", argument="epsilon")


@visit(OPZ102, attributes={"lr"})
def rates(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``opt.lr`` and ``model.optimizer.lr``."""
    fix = trust(ctx, node.value, OPTIMIZER)
    if fix is None and isinstance(node.value, ast.Attribute) and node.value.attr == "optimizer":
        fix = trust(ctx, node.value.value, MODEL, unknown=Fix.UNSAFE)
    if fix is not None:
        yield Match(OPZ102, node, edits=(RenameAttribute(node, "learning_rate"),), fix=fix)


@visit(OPZ104, prefixes=("keras.optimizers.legacy.",))
def legacy(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.optimizers.legacy.Adam``."""
    if isinstance(node, ast.alias):
        if node.name == "Optimizer":  # what it stands for behind a guard is no one thing
            hint = "derive from keras.optimizers.Optimizer and write update_step"
            yield Match(OPZ104, node, hint=hint, symbol="keras.optimizers.legacy.Optimizer", fix=Fix.MANUAL)
        return
    name = ctx.name(node) or ""
    last = name.rpartition(".")[2]
    if last in _LEGACY:
        edit = ReplaceReference(node, f"keras.optimizers.{last}")
        yield Match(OPZ104, node, edits=(edit,), symbol=name)
    elif last:
        hint = "derive from keras.optimizers.Optimizer and write update_step" if last == "Optimizer" else ""
        yield Match(OPZ104, node, hint=hint or f"use keras.optimizers.{last}", symbol=name, fix=Fix.MANUAL)


_GONE = {
    "minimize": OPZ106.manual,
    "compute_gradients": OPZ106.manual,
    "get_gradients": "compute gradients with tf.GradientTape",
    "get_updates": "compute gradients with tf.GradientTape, then opt.apply_gradients",
    "aggregate_gradients": "delete the call",
    "get_slot": "find the variable among opt.variables by its path",
    "get_weights": "[keras.ops.convert_to_numpy(v) for v in opt.variables]",
    "set_weights": "opt.build(model.trainable_variables), then assign to each of opt.variables",
}


@visit(OPZ105, OPZ106, OPZ107, OPZ109, methods={*_GONE, "variables", "apply_gradients", "get_scaled_loss"})
def methods(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Methods of optimizers."""
    opt = owner(call)
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    scaler = "keras.mixed_precision.LossScaleOptimizer"
    if opt is None or (fix := trust(ctx, opt, OPTIMIZER, scaler)) is None:
        return
    if name == "variables" and not call.args and not call.keywords:
        code = Code("opt.variables", {"opt": opt})
        yield Match(OPZ105, call, edits=(ReplaceExpression(call, code),), fix=fix)
    elif name == "get_scaled_loss":
        yield Match(OPZ109, call, edits=(RenameAttribute(call.func, "scale_loss"),), fix=fix)
    elif name == "apply_gradients":
        for keyword in call.keywords:
            if keyword.arg in {"name", "skip_gradients_aggregation", "experimental_aggregate_gradients"}:
                edit = DropArgument(call, keyword.arg)
                yield Match(OPZ107, call, edits=(edit,), argument=keyword.arg, fix=fix)
    elif name == "minimize" and "tape" in ctx.arguments(call).keywords:
        yield from _minimize(call, ctx, opt, fix)
    elif name in _GONE:
        yield Match(OPZ106, call, message=f"optimizers have no {name}", hint=_GONE[name])


def _minimize(call: ast.Call, ctx: Context, opt: ast.expr, fix: Fix) -> Iterator[Match]:
    """``opt.minimize(loss, variables, tape=tape)`` of a loss that is a tensor."""
    args = ctx.arguments(call, "loss", "var_list")
    loss, variables, tape = args.get("loss"), args.get("var_list"), args.get("tape")
    if loss is None or variables is None or tape is None or ctx.literal(tape, ...) is None:
        yield Match(OPZ106, call, message="optimizers have no minimize", hint=_GONE["minimize"])
        return
    text = "opt.apply_gradients(zip(tape.gradient(loss, variables), variables))"
    code = Code(text, {"opt": opt, "tape": tape, "loss": loss, "variables": variables})
    edits = (ReplaceExpression(call, code),)
    yield Match(OPZ106, call, message="optimizers have no minimize", edits=edits, fix=fix)


@visit(OPZ109, methods={"get_unscaled_gradients"})
def unscaled(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``get_unscaled_gradients``: a name that only loss scaling has."""
    del ctx
    yield Match(OPZ109, call, hint=OPZ109.manual, fix=Fix.MANUAL)


_PRECISION = {
    "keras.mixed_precision.experimental.set_policy": "keras.mixed_precision.set_global_policy",
    "keras.mixed_precision.experimental.global_policy": "keras.mixed_precision.global_policy",
    "keras.mixed_precision.experimental.Policy": "keras.mixed_precision.Policy",
    "keras.mixed_precision.experimental.LossScaleOptimizer": "keras.mixed_precision.LossScaleOptimizer",
}


@visit(OPZ108, references=frozenset(_PRECISION))
def precision(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``mixed_precision.experimental``."""
    if isinstance(node, ast.alias):
        return
    name = ctx.name(node) or ""
    call = ctx.callee(node)
    extra = call is not None and (len(call.args) > 1 or call.keywords)
    if extra:
        yield Match(
            OPZ108, node, hint=f"use {_PRECISION[name]}; it takes no loss_scale", symbol=name, fix=Fix.MANUAL
        )
    else:
        yield Match(OPZ108, node, edits=(ReplaceReference(node, _PRECISION[name]),), symbol=name)


@visit(OPZ110, methods={"add_variable_from_reference"})
def add_slot(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_variable_from_reference(model_variable=, variable_name=, shape=, initial_value=)``."""
    opt = owner(call)
    args = ctx.arguments(call, "model_variable", "variable_name", "shape", "initial_value")
    if opt is None or args.opaque or (fix := trust(ctx, opt, OPTIMIZER)) is None:
        return
    gone = [name for name in ("shape", "initial_value") if name in args]
    if gone:
        hint = "give initializer= (a name or a function); the shape is that of the reference"
        yield Match(OPZ110, call, hint=hint, argument=gone[0], fix=Fix.MANUAL)
        return
    new = {"model_variable": "reference_variable", "variable_name": "name"}
    edits = tuple(RenameArgument(call, old, to) for old, to in new.items() if old in args.keywords)
    if edits:
        yield Match(OPZ110, call, edits=edits, argument="model_variable", fix=fix)


@visit(OPZ110, methods={"add_variable"})
def add_variable(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_variable(shape, dtype, initializer, name)`` of an optimizer."""
    opt = owner(call)
    order = ("shape", "dtype", "initializer", "name")
    if opt is None or (fix := trust(ctx, opt, OPTIMIZER)) is None or not 1 < len(call.args) <= len(order):
        return
    if not ctx.arguments(call).star and not set(order[1 : len(call.args)]) & {k.arg for k in call.keywords}:
        yield Match(OPZ110, call, edits=(NameArguments(call, ("", *order[1 : len(call.args)])),), fix=fix)
