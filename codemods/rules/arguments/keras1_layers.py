"""KON: the classes of Keras 1: layers and regularizers by other names, and Merge."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    ReplaceExpression,
    ReplaceReference,
)
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context
from codemods.rules.arguments.keras1 import _NOTES

KON004 = SourceRule(
    code="KON004",
    name="keras1-class",
    summary="A Keras 1 layer is now an argument of another layer.",
    severity=Severity.ERROR,
    applies_to="<2.0",
    targets=EVERYWHERE,
    why="AtrousConvolution1D and 2D are convolutions with dilation_rate; TimeDistributedDense is "
    "TimeDistributed(Dense(...)).",
    references=(_NOTES,),
    proofs=(Proof(expect="raises"),),
)


KON005 = SourceRule(
    code="KON005",
    name="keras1-merge",
    summary="merge(mode=...) is now a separate function for each mode.",
    severity=Severity.ERROR,
    applies_to="<2.2",
    targets=EVERYWHERE,
    why="sum, mul, concat, ave, max and dot are add, multiply, concatenate, average, maximum and dot. The class "
    "Merge, which joined Sequential models, has no counterpart: use a functional model.",
    references=(_NOTES,),
    manual="build a functional model and use Concatenate, Add, Multiply, Average, Maximum or Dot",
    proofs=(Proof(expect="raises"),),
)


KON008 = SourceRule(
    code="KON008",
    name="keras1-class-by-hand",
    summary="A Keras 1 class or function has no counterpart.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    applies_to="<2.2",
    targets=EVERYWHERE,
    why="It was removed in Keras 2.0 or 2.2.",
    references=(_NOTES,),
    manual="see the hint",
)


_CLASSES = {
    "keras.layers.AtrousConvolution1D": "keras.layers.Conv1D",
    "keras.layers.AtrousConvolution2D": "keras.layers.Conv2D",
}


@visit(KON004, calls=frozenset(_CLASSES) | {"keras.layers.TimeDistributedDense"})
def classes(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``AtrousConvolution2D(...)`` and ``TimeDistributedDense(...)``."""
    symbol = ctx.name(call.func) or ""
    if symbol in _CLASSES:
        size = 2 if symbol.endswith("2D") else 1
        extra = tuple(DropArgument(call, index) for index in range(2, 1 + size) if len(call.args) == 1 + size)
        joined: tuple[ReplaceExpression, ...] = ()
        if extra:
            text = f"({', '.join(ctx.source(value) for value in call.args[1:])})"
            joined = (ReplaceExpression(call.args[1], Code(text)),)
        edits: tuple[Edit, ...] = (ReplaceReference(call.func, _CLASSES[symbol]), *joined, *extra)
        yield Match(KON004, call, edits=edits, symbol=symbol)
        return
    holes = {f"argument_{i}": value for i, value in enumerate(call.args)}
    holes |= {f"keyword_{i}": keyword.value for i, keyword in enumerate(call.keywords)}
    given = [f"argument_{i}" for i in range(len(call.args))]
    given += [f"{keyword.arg}=keyword_{i}" for i, keyword in enumerate(call.keywords)]
    if not ctx.arguments(call).opaque:
        code = Code(f"keras.layers.TimeDistributed(keras.layers.Dense({', '.join(given)}))", holes)
        yield Match(KON004, call, edits=(ReplaceExpression(call, code),), symbol=symbol)


_MODES = {
    "sum": "add",
    "mul": "multiply",
    "concat": "concatenate",
    "ave": "average",
    "max": "maximum",
    "dot": "dot",
}


@visit(KON005, calls={"keras.layers.merge"})
def merges(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``merge(inputs, mode)``."""
    args = ctx.arguments(call, "inputs", "mode", "concat_axis", "dot_axes")
    inputs = args.get("inputs")
    mode = ctx.literal(args.get("mode")) if "mode" in args else "sum"
    new = _MODES.get(mode) if isinstance(mode, str) else None
    if args.opaque or inputs is None or new is None or {"output_shape", "arguments"} & args.keywords.keys():
        yield Match(KON005, call, hint=KON005.manual, symbol="keras.layers.merge", fix=Fix.MANUAL)
        return
    holes = {"inputs": inputs}
    text = "inputs"
    axis = args.get({"concatenate": "concat_axis", "dot": "dot_axes"}.get(new, ""))
    if axis is not None:
        holes["axis"] = axis
        text += ", axis=axis" if new == "concatenate" else ", axes=axis"
    elif new == "dot":
        text += ", axes=-1"
    if (name := args.get("name")) is not None:
        holes["name"] = name
        text += ", name=name"
    code = Code(f"keras.layers.{new}({text})", holes)
    yield Match(KON005, call, edits=(ReplaceExpression(call, code),), symbol="keras.layers.merge")


@visit(KON008, calls={"keras.layers.Merge"})
def merge_class(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """The class ``Merge``."""
    del ctx
    yield Match(KON008, call, hint=KON005.manual, symbol="keras.layers.Merge")
