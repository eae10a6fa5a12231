"""KON: members, arguments of ``fit`` and names of constraints in Keras 1."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    RenameArgument,
    RenameFunction,
    ReplaceExpression,
)
from codemods.rules._evidence import MODEL, called_on, overrides, text, trust
from codemods.rules.api import EVERYWHERE, UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context
from codemods.rules.arguments.keras1 import _NOTES

KON006 = SourceRule(
    code="KON006",
    name="keras1-fit",
    summary="nb_epoch is epochs.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    why="Renamed in Keras 2.0.",
    references=(_NOTES,),
    proofs=(Proof(expect="raises"),),
)


KON007 = SourceRule(
    code="KON007",
    name="keras-shape",
    summary="_keras_shape is the shape of the tensor.",
    severity=Severity.ERROR,
    applies_to="<2.4",
    targets=EVERYWHERE,
    why="Stand-alone Keras attached static shapes to backend tensors; a KerasTensor has a tuple.",
    references=(_NOTES,),
    proofs=(Proof(expect="raises"),),
)


KON009 = SourceRule(
    code="KON009",
    name="constraint-name",
    summary="The strings for constraints contain underscores.",
    severity=Severity.ERROR,
    why="maxnorm, nonneg and unitnorm were aliases; Keras 3 accepts max_norm, non_neg and unit_norm.",
    references=(_NOTES,),
    proofs=(Proof(),),
)


@visit(KON006, methods={"fit"}, of={MODEL})
def epochs(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``fit(nb_epoch=)``."""
    model = called_on(call)
    if "nb_epoch" not in ctx.arguments(call).keywords:
        return
    if overrides(ctx, call):
        return
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
    edit = RenameArgument(call, "nb_epoch", "epochs")
    yield Match(KON006, call, edits=(edit,), argument="nb_epoch", fix=fix)


@visit(KON007, attributes={"_keras_shape"}, of=UNTYPED)
def keras_shapes(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``tensor._keras_shape``."""
    if isinstance(node.ctx, ast.Load):
        code = Code("tuple(tensor.shape)", {"tensor": node.value})
        fix = Fix.SAFE if ctx.symbolic(node.value) or ctx.keras_region(node) else Fix.UNSAFE
        yield Match(KON007, node, edits=(ReplaceExpression(node, code),), fix=fix)


_STRINGS = {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"}


@visit(KON009, calls=load().names("layers."))
def constraints(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``kernel_constraint="nonneg"``."""
    for keyword in call.keywords:
        new = (
            _STRINGS.get(ctx.literal(keyword.value, ""))
            if (keyword.arg or "").endswith("_constraint")
            else None
        )
        if new is not None:
            edit = text(ctx, keyword.value, new)
            yield Match(KON009, call, edits=(edit,), argument=keyword.arg or "")


OUTPUT_SHAPE = SourceRule(
    code="KON010",
    name="get-output-shape-for",
    summary="`get_output_shape_for` became `compute_output_shape` in Keras 2 and is no longer called.",
    severity=Severity.WARNING,
    applies_to="<2",
    targets=EVERYWHERE,
    why=(
        "Keras 2.0 renamed the method. The old one is still defined but never called, so the shape is traced through "
        "`call` instead, which fails or differs if `call` cannot be traced."
    ),
    references=(_NOTES,),
    proofs=(Proof(),),
)


@visit(OUTPUT_SHAPE, bases={"keras.layers.Layer"})
def output_shape(node: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """The old method of a layer that does not define the new one."""
    methods = {s.name: s for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    old = methods.get("get_output_shape_for")
    if old is not None and "compute_output_shape" not in methods:
        yield Match(OUTPUT_SHAPE, old, edits=(RenameFunction(old, "compute_output_shape"),))
