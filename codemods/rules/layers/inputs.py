"""LAY: what ``Input`` and the constructors of layers no longer take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, ReplaceExpression
from codemods.names.values import INPUTS
from codemods.rules._evidence import LAYER, MODEL, called_on, trust
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
    summary="The number of units or filters must be a Python int.",
    severity=Severity.ERROR,
    why="`Received an invalid value for `units`, expected a positive integer. Received: units=6`: a NumPy number is "
    "not an instance of int.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
_COUNTED = {"units": ("Dense", "GRU", "LSTM", "SimpleRNN"), "filters": ("Conv1D", "Conv2D", "Conv3D")}
_LAYERS = {f"keras.layers.{name}": argument for argument, names in _COUNTED.items() for name in names}
_WHOLE = frozenset(f"numpy.{name}" for name in ("prod", "product", "sum", "max", "min", "int32", "int64"))


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
    """``Dense(np.prod(shape))``."""
    name = ctx.name(call.func) or ""
    number = ctx.arguments(call, _LAYERS[name]).get(_LAYERS[name])
    if isinstance(number, ast.Call) and ctx.name(number.func) in _WHOLE:
        code = Code("int(number)", {"number": number})
        yield Match(NUMPY_NUMBER, call, edits=(ReplaceExpression(number, code),), symbol=name)
