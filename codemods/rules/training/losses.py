"""Losses and metrics beyond their signatures (family ``LSS``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LOSS, super_init, text
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


LSS101 = SourceRule(
    code="LSS101",
    name="reduction-constant",
    summary="losses.Reduction was removed: reductions are strings.",
    severity=Severity.ERROR,
    why="`none`, `sum` and `sum_over_batch_size`. AUTO meant the last outside distribution strategies.",
    references=(GUIDE,),
    manual='use one of the strings "none", "sum", "sum_over_batch_size"',
    proofs=(Proof(),),
)
LSS102 = SourceRule(
    code="LSS102",
    name="reduction-auto",
    summary="The reduction auto is sum_over_batch_size.",
    severity=Severity.ERROR,
    why="Keras 3 does not know `auto`.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LSS103 = SourceRule(
    code="LSS103",
    name="binary-accuracy-shape",
    summary="binary_accuracy does not average over the last axis.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    ambiguous=True,
    why="For inputs (n, 1) Keras 2 returns (n,), Keras 3 returns (n, 1): multiplying it by weights (n,) afterwards "
    "silently gives (n, n).",
    references=(GUIDE,),
    proofs=(Proof(changes=True, unsafe=True),),
)
_STRINGS = {
    "NONE": "none",
    "SUM": "sum",
    "SUM_OVER_BATCH_SIZE": "sum_over_batch_size",
    "AUTO": "sum_over_batch_size",
}


@visit(
    LSS101,
    prefixes=("keras.losses.Reduction.", "tf.losses.Reduction.", "keras.utils.losses_utils.ReductionV2."),
)
def reductions(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.losses.Reduction.NONE``."""
    name = ctx.name(node) if isinstance(node, ast.expr) else None
    if name is None or not isinstance(node, ast.expr):
        return
    new = _STRINGS.get(name.rpartition(".")[2])
    if ctx.target is Target.TF_KERAS_3 and name.rpartition(".")[2] != "AUTO":
        return
    if new is not None:
        yield Match(LSS101, node, edits=(ReplaceExpression(node, Code(repr(new))),), symbol=name)


_LOSSES = frozenset(
    name for name in load().names("losses.") if name.rpartition(".")[2][:1].isupper() and name.count(".") == 2
)


@visit(LSS102, calls=_LOSSES)
def auto(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``reduction="auto"``."""
    for keyword in call.keywords:
        if keyword.arg == "reduction" and ctx.literal(keyword.value) == "auto":
            edit = text(ctx, keyword.value, "sum_over_batch_size")
            yield Match(LSS102, call, edits=(edit,), argument="reduction")


@visit(LSS102, bases={LOSS})
def auto_default(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``super().__init__(reduction="auto")`` and the default of a parameter."""
    for node in walk(cls):
        if isinstance(node, ast.Call) and super_init(node.func):
            for keyword in node.keywords:
                if keyword.arg == "reduction" and ctx.literal(keyword.value) == "auto":
                    yield Match(LSS102, node, edits=(text(ctx, keyword.value, "sum_over_batch_size"),))
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            for parameter, default in zip(named, node.args.defaults, strict=True):
                if parameter.arg == "reduction" and ctx.literal(default) == "auto":
                    yield Match(LSS102, default, edits=(text(ctx, default, "sum_over_batch_size"),))


@visit(LSS103, calls={"keras.metrics.binary_accuracy"})
def binary_accuracy(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """A call of ``binary_accuracy`` whose value is not averaged anyway."""
    outer = ctx.parent(call)
    if isinstance(outer, ast.Call) and (ctx.name(outer.func) or "").rpartition(".")[2] in {
        "mean",
        "reduce_mean",
    }:
        return
    holes = {f"argument_{i}": value for i, value in enumerate(call.args)}
    holes |= {f"keyword_{i}": keyword.value for i, keyword in enumerate(call.keywords)}
    if ctx.arguments(call).opaque:
        return
    given = [*(f"argument_{i}" for i in range(len(call.args)))]
    given += [f"{keyword.arg}=keyword_{i}" for i, keyword in enumerate(call.keywords)]
    text = f"keras.ops.mean(keras.metrics.binary_accuracy({', '.join(given)}), axis=-1)"
    yield Match(LSS103, call, edits=(ReplaceExpression(call, Code(text, holes)),))
