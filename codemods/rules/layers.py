"""Layers beyond their signatures (family ``LAY``, from 101 on)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
    RenameArgument,
    ReplaceExpression,
    ReplaceReference,
    SetArgument,
)
from codemods.rules._evidence import LAYER, MODEL, owner, text, trust
from codemods.rules._layer_rules import (
    _LEGACY_SIGMOID,
    LAY101,
    LAY102,
    LAY103,
    LAY104,
    LAY105,
    LAY106,
    LAY107,
    LAY108,
)
from codemods.rules.api import Match, Target, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context


@visit(LAY101, calls=load().names("layers."))
def batch_shapes(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``batch_input_shape=`` of any layer."""
    keyword = next((k for k in call.keywords if k.arg == "batch_input_shape"), None)
    symbol = ctx.name(call.func) or ""
    if keyword is None or symbol.endswith((".InputLayer", ".Input")):
        return
    drop = DropArgument(call, "batch_input_shape")
    outer = ctx.parent(call)
    code = Code("keras.Input(batch_shape=shape)", {"shape": keyword.value})
    if isinstance(outer, ast.Call) and outer.func is call:
        # the layer is called on a tensor, which has the shape already
        yield Match(LAY101, call, edits=(drop,), symbol=symbol, argument="batch_input_shape")
        return
    if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr == "add":
        statement = ctx.parent(outer)
        model = owner(outer)
        if (
            isinstance(statement, ast.Expr)
            and model is not None
            and trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
        ):
            holes = {"model": model, "shape": keyword.value}
            before = InsertStatement(statement, Code("model.add(keras.Input(batch_shape=shape))", holes))
            yield Match(LAY101, call, edits=(before, drop), symbol=symbol, argument="batch_input_shape")
            return
    if isinstance(outer, ast.List) and outer.elts[0] is call:
        sequential = ctx.parent(outer)
        if isinstance(sequential, ast.Call) and (ctx.name(sequential.func) or "").endswith(".Sequential"):
            text = ctx.source(keyword.value)
            made = Code(f"keras.Sequential([keras.Input(batch_shape={text}), *layers])", {"layers": outer})
            if len(sequential.args) == 1 and not sequential.keywords:
                del made
                items = {
                    f"layer_{i}": item
                    for i, item in enumerate(outer.elts)
                    if not isinstance(item, ast.Starred)
                }
                if len(items) == len(outer.elts):
                    listed = Code(f"[keras.Input(batch_shape={text}), {', '.join(items)}]", items)
                    edits: tuple[Edit, ...] = (drop, ReplaceExpression(outer, listed))
                    yield Match(LAY101, call, edits=edits, symbol=symbol, argument="batch_input_shape")
                    return
    hint = code.text.replace("shape)", f"{ctx.source(keyword.value)})")
    yield Match(LAY101, call, hint=f"put {hint} before the layer", symbol=symbol, fix=Fix.MANUAL)


@visit(LAY102, calls={"keras.layers.experimental.SyncBatchNormalization"})
def synchronized(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``SyncBatchNormalization(...)``."""
    new = ReplaceReference(call.func, "keras.layers.BatchNormalization")
    yield Match(
        LAY102,
        call,
        edits=(new, SetArgument(call, "synchronized", Code("True"))),
        symbol=ctx.name(call.func) or "",
    )


@visit(LAY103, calls={"keras.layers.ThresholdedReLU"})
def thresholded(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ThresholdedReLU(theta=1.0)``."""
    args = ctx.arguments(call, "theta")
    if args.opaque or len(call.args) > 1 or ctx.target is not Target.KERAS:
        return
    edits: list[Edit] = [ReplaceReference(call.func, "keras.layers.ReLU")]
    if call.args:
        edits.append(NameArguments(call, ("threshold",)))
    elif "theta" in args.keywords:
        edits.append(RenameArgument(call, "theta", "threshold"))
    else:
        edits.append(SetArgument(call, "threshold", Code("1.0")))
    yield Match(LAY103, call, edits=tuple(edits), symbol="keras.layers.ThresholdedReLU")


@visit(LAY104, references={"keras.layers.CuDNNLSTM", "keras.layers.CuDNNGRU"})
def cudnn(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``CuDNNLSTM`` and ``CuDNNGRU``."""
    if isinstance(node, ast.expr) and (name := ctx.name(node)):
        edit = ReplaceReference(node, name.replace("CuDNN", ""))
        yield Match(LAY104, node, edits=(edit,), symbol=name)


@visit(LAY105, module=True)
def hard_sigmoids(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """Every place that asks for ``hard_sigmoid``: the function is defined once, before the first of them."""
    text = ctx.source_file.text
    if "hard_sigmoid" not in text and "ConvLSTM" not in text:
        return
    places = sorted(_sigmoid_places(tree, ctx), key=lambda found: (found[0].lineno, found[0].col_offset))
    if not places:
        return
    defined = any(isinstance(s, ast.FunctionDef) and s.name == "legacy_hard_sigmoid" for s in tree.body)
    for index, (node, edit) in enumerate(places):
        edits: tuple[Edit, ...] = (edit,)
        if index == 0 and not defined:
            anchor = next(s for s in tree.body if s.lineno <= node.lineno <= (s.end_lineno or s.lineno))
            place = "saving" if ctx.target is Target.KERAS else "utils"
            edits = (InsertStatement(anchor, Code(_LEGACY_SIGMOID.replace("{place}", place))), edit)
        yield Match(LAY105, node, edits=edits, argument="activation")


def _sigmoid_places(tree: ast.Module, ctx: Context) -> Iterator[tuple[ast.expr, Edit]]:
    wanted = {"activation", "recurrent_activation", "inner_activation"}
    code = Code("legacy_hard_sigmoid")
    for call, _ in ctx.module.index.calls:
        name = ctx.name(call.func) or ""
        if not name.startswith(("keras.layers.", "keras.activations.")):
            continue
        for keyword in call.keywords:
            if keyword.arg in wanted and ctx.literal(keyword.value) == "hard_sigmoid":
                yield keyword.value, ReplaceExpression(keyword.value, code)
        first = call.args[0] if call.args else None
        if (
            first is not None
            and ctx.literal(first) == "hard_sigmoid"
            and name
            in {
                "keras.layers.Activation",
                "keras.activations.get",
            }
        ):
            yield first, ReplaceExpression(first, code)
        if name in {f"keras.layers.ConvLSTM{n}D" for n in (1, 2, 3)}:
            args = ctx.arguments(call, *("",) * 7, "recurrent_activation")
            if not args.opaque and not {"recurrent_activation", "inner_activation"} & set(args.keywords):
                yield call, SetArgument(call, "recurrent_activation", code)


@visit(LAY105, references={"keras.activations.hard_sigmoid"})
def hard_sigmoid_function(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """The function itself."""
    if isinstance(node, ast.expr):
        hint = "define a registered function that returns keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0) and use it here"
        yield Match(LAY105, node, hint=hint, symbol=ctx.name(node) or "", fix=Fix.MANUAL)


@visit(LAY106, calls={"keras.layers.dot"})
def dots(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``dot(inputs, axes, normalize=True)``."""
    args = ctx.arguments(call, "inputs", "axes", "normalize")
    inputs, axes = args.get("inputs"), args.get("axes")
    if args.opaque or inputs is None or axes is None or ctx.literal(args.get("normalize")) is not True:
        return
    name = args.get("name")
    text = (
        "keras.layers.Dot(axes=axes, normalize=True"
        + (", name=name" if name is not None else "")
        + ")(inputs)"
    )
    holes = {"axes": axes, "inputs": inputs} | ({"name": name} if name is not None else {})
    yield Match(LAY106, call, edits=(ReplaceExpression(call, Code(text, holes)),), argument="normalize")


@visit(LAY107, methods={"reset_states"})
def states(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``reset_states(states)``."""
    layer = owner(call)
    if layer is not None and (call.args or call.keywords) and trust(ctx, layer, LAYER) is not None:
        yield Match(LAY107, call, argument="states")


@visit(
    LAY108,
    calls=load().names("layers.") | {"keras.Model", "keras.models.Model", "keras.Sequential", "keras.Input"},
)
def slashes(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``name="a/b"``."""
    for keyword in call.keywords:
        named = ctx.literal(keyword.value) if keyword.arg == "name" else None
        if isinstance(named, str) and "/" in named:
            edit = text(ctx, keyword.value, named.replace("/", "_"))
            yield Match(LAY108, call, edits=(edit,), symbol=ctx.name(call.func) or "", argument="name")
