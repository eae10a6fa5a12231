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
from codemods.rules._evidence import LAYER, MODEL, called_on, owner, text, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

LAY101 = SourceRule(
    code="LAY101",
    name="batch-input-shape",
    summary="Layers accept no batch_input_shape: use an Input before them.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="`Unrecognized keyword arguments passed to Dense`. `input_shape` and `input_dim` still work with a warning.",
    references=(GUIDE,),
    manual="put keras.Input(batch_shape=...) before the layer",
    proofs=(Proof(unsafe=True),),
)
LAY102 = SourceRule(
    code="LAY102",
    name="sync-batch-normalization",
    summary="SyncBatchNormalization is BatchNormalization(synchronized=True).",
    severity=Severity.ERROR,
    why="The experimental class was removed.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LAY103 = SourceRule(
    code="LAY103",
    name="thresholded-relu",
    summary="ThresholdedReLU is ReLU(threshold=...).",
    severity=Severity.ERROR,
    why="The layer was removed from keras (tf.keras keeps it).",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LAY104 = SourceRule(
    code="LAY104",
    name="cudnn-recurrent",
    summary="CuDNNLSTM and CuDNNGRU are now LSTM and GRU, which use cuDNN if possible.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The classes were removed in TensorFlow 2.0. Saved weights of the cuDNN layers have two bias vectors and "
    "need a conversion; keras-migrate converts them in model files.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises", unsafe=True),),
)
LAY106 = SourceRule(
    code="LAY106",
    name="dot-normalize",
    summary="The function dot has no normalize; the layer Dot does.",
    severity=Severity.ERROR,
    why="The parameter was removed from the function.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
LAY107 = SourceRule(
    code="LAY107",
    name="recurrent-state-argument",
    summary="Recurrent layers accept no states in reset_states and no constants when called.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="`reset_states()` accepts no argument; `constants=` of RNN.__call__ was removed.",
    references=(GUIDE,),
    manual="assign to layer.states manually; pass constants to the cell as attributes",
)
LAY108 = SourceRule(
    code="LAY108",
    name="slash-in-name",
    summary="Layer names cannot contain a slash.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="The slash separates the parts of variable paths in Keras 3. Code that looks up a layer by its name must be "
    "changed, too.",
    references=("keras-team/keras#18467",),
    proofs=(Proof(unsafe=True),),
)


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
    if isinstance(outer, ast.List) and outer.elts[0] is call and _only_argument(outer, ctx):
        items = {f"layer_{i}": item for i, item in enumerate(outer.elts) if not isinstance(item, ast.Starred)}
        if len(items) == len(outer.elts):
            text = f"[keras.Input(batch_shape={ctx.source(keyword.value)}), {', '.join(items)}]"
            edits: tuple[Edit, ...] = (drop, ReplaceExpression(outer, Code(text, items)))
            yield Match(LAY101, call, edits=edits, symbol=symbol, argument="batch_input_shape")
            return
    hint = code.text.replace("shape)", f"{ctx.source(keyword.value)})")
    yield Match(LAY101, call, hint=f"put {hint} before the layer", symbol=symbol, fix=Fix.MANUAL)


def _only_argument(layers: ast.List, ctx: Context) -> bool:
    """Whether a list is all that a ``Sequential`` is given."""
    call = ctx.parent(layers)
    return (
        isinstance(call, ast.Call)
        and (ctx.name(call.func) or "").endswith(".Sequential")
        and call.args == [layers]
        and not call.keywords
    )


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
    if name := ctx.name(node):
        edit = ReplaceReference(node, name.replace("CuDNN", ""))
        yield Match(LAY104, node, edits=(edit,), symbol=name)


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


@visit(LAY107, methods={"reset_states"}, of={LAYER})
def states(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``reset_states(states)``."""
    layer = called_on(call)
    if (call.args or call.keywords) and trust(ctx, layer, LAYER) is not None:
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
