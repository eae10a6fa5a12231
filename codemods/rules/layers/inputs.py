"""LAY: what ``Input`` and the constructors of layers no longer take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load, positional
from codemods.edits import Code, ReplaceExpression
from codemods.names.values import INPUTS
from codemods.rules._evidence import LAYER, MODEL, called_on, given_once, trust
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


WHOLE_SHAPE = SourceRule(
    code="LAY116",
    name="number-as-shape",
    summary="A shape is a tuple, not a number.",
    severity=Severity.ERROR,
    why="`Cannot convert '10' to a shape.`",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)
GIVEN_TENSOR = SourceRule(
    code="LAY119",
    name="input-tensor",
    summary="Input(tensor=) accepts only a symbolic Keras tensor.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 2 created a placeholder from a TensorFlow tensor, which fed the model by itself: `Argument "
    "`input_tensor` must be a KerasTensor`.",
    references=(GUIDE,),
    manual="create an Input with the shape of the tensor, and pass the tensor to fit, predict or the call of the "
    "model",
)
NUMPY_NUMBER = SourceRule(
    code="LAY117",
    name="numpy-number-of-units",
    summary="The number of units, filters or embeddings must be a Python int.",
    severity=Severity.ERROR,
    why="`Received an invalid value for `units`, expected a positive integer. Received: units=6`: a NumPy number is "
    "not an instance of int. `classes = np.max(y) + 1` is one, and so is `users.max() + 1`.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)
_COUNTED = {
    "units": ("Dense", "GRU", "GRUCell", "LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell"),
    "filters": ("Conv1D", "Conv2D", "Conv3D"),
    "input_dim": ("Embedding",),
    "output_dim": ("Embedding",),
}
_LAYERS = {f"keras.layers.{name}" for names in _COUNTED.values() for name in names}
_WHOLE = frozenset(
    f"numpy.{name}" for name in ("amax", "amin", "int32", "int64", "max", "min", "prod", "product", "sum")
)
_WHOLE_METHODS = frozenset({"max", "min", "prod", "sum"})
"""Methods of arrays and data frames that give NumPy's numbers."""


@visit(WHOLE_SHAPE, GIVEN_TENSOR, calls=INPUTS)
def inputs(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Input(10)`` and ``Input(tensor=x)``."""
    args = ctx.arguments(call, "shape")
    tensor = args.keywords.get("tensor")
    yield from _number_as_shape(call, args.get("shape"), ctx)
    if tensor is not None and ctx.literal(tensor.value, ...) is not None and not ctx.symbolic(tensor.value):
        made = isinstance(tensor.value, ast.Call) and ctx.name(tensor.value.func) is not None
        severity = None if made else Severity.WARNING  # it may be a symbolic tensor of Keras
        symbol = ctx.name(call.func) or ""
        yield Match(GIVEN_TENSOR, call, symbol=symbol, argument="tensor", severity=severity)


@visit(WHOLE_SHAPE, calls={"keras.layers.InputLayer"})
def input_layers(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``InputLayer(10)`` and ``InputLayer(input_shape=10)``."""
    args = ctx.arguments(call, "shape")
    yield from _number_as_shape(call, args.get("shape") or args.get("input_shape"), ctx)


def _number_as_shape(call: ast.Call, shape: ast.expr | None, ctx: Context) -> Iterator[Match]:
    value = ctx.literal(shape)
    if shape is None or not isinstance(value, int) or isinstance(value, bool):
        return
    code = Code(f"({value},)") if isinstance(shape, ast.Constant) else Code("(size,)", {"size": shape})
    yield Match(WHOLE_SHAPE, call, edits=(ReplaceExpression(shape, code),), argument="shape")


@visit(WHOLE_SHAPE, methods={"add_weight"}, of={LAYER, MODEL})
def weights(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.add_weight(shape=size)`` of one number: a literal, or an item of the shape that ``build`` is given."""
    held = called_on(call)
    shape = ctx.arguments(call, "shape").get("shape")
    if shape is None or (fix := trust(ctx, held, LAYER, MODEL)) is None:
        return
    if _is_number(shape, ctx, 2):
        code = Code("(size,)", {"size": shape})
        yield Match(WHOLE_SHAPE, call, edits=(ReplaceExpression(shape, code),), argument="shape", fix=fix)


def _is_number(node: ast.expr, ctx: Context, depth: int) -> bool:
    """Whether an expression is surely one number."""
    value = ctx.literal(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return True
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in {"int", "len"}
    if isinstance(node, ast.Subscript):
        function = ctx.function(node)
        if function is None or function.name != "build" or not isinstance(node.value, ast.Name):
            return False
        given = {argument.arg for argument in function.args.args}
        return node.value.id in given and _at_index(node.slice, ctx)
    if isinstance(node, ast.Name) and depth:
        home = ctx.scope(node).find(node.id)
        values = [binding.value for binding in home.bindings[node.id]] if home is not None else []
        return bool(values) and all(v is not None and _is_number(v, ctx, depth - 1) for v in values)
    return False


def _at_index(node: ast.expr, ctx: Context) -> bool:
    """Whether what is between brackets takes one item: ``-1``."""
    return isinstance(ctx.literal(node), int)


@visit(NUMPY_NUMBER, calls=frozenset(_LAYERS) & load().names("layers."))
def counts(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Dense(np.prod(shape))``, and ``classes = y.max() + 1; Dense(classes)``."""
    name = ctx.name(call.func) or ""
    layer = name.rpartition(".")[2]
    given = ctx.arguments(call, *positional(load().signature(name) or ""))
    for argument, layers in _COUNTED.items():
        number = given.get(argument) if layer in layers else None
        if number is not None and _is_of_numpy(number, ctx, 4):
            code = Code("int(number)", {"number": number})
            edits = (ReplaceExpression(number, code),)
            yield Match(NUMPY_NUMBER, call, edits=edits, symbol=name, argument=argument)


def _is_of_numpy(node: ast.expr, ctx: Context, depth: int) -> bool:
    """Whether an expression gives a number of NumPy, which arithmetic with Python's keeps."""
    if (given := given_once(node, ctx)) is not None:
        return depth > 0 and _is_of_numpy(given, ctx, depth - 1)
    if isinstance(node, ast.BinOp):
        return any(_is_of_numpy(side, ctx, depth) for side in (node.left, node.right))
    if isinstance(node, ast.IfExp):
        return any(_is_of_numpy(side, ctx, depth) for side in (node.body, node.orelse))
    if not isinstance(node, ast.Call):
        return False
    method = isinstance(node.func, ast.Attribute) and node.func.attr in _WHOLE_METHODS
    whole = not node.args and not node.keywords and ctx.name(node.func) is None
    return ctx.name(node.func) in _WHOLE or (method and whole)
