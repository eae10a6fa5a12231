"""What ``call`` may no longer do (family ``CUS``), and what layers and models may not be given (``LAY``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, method_of
from codemods.rules.api import GUIDE, Match, SourceRule, visit
from codemods.rules.custom.weights import CUS023
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_TENSORS = frozenset(
    (
        *("abs", "add", "all", "any", "argmax", "argmin", "cast", "clip", "clip_by_value", "count_nonzero"),
        *("equal", "greater", "greater_equal", "less", "less_equal", "not_equal", "matmul", "dot", "norm"),
        *("logical_and", "logical_not", "logical_or", "max", "maximum", "mean", "min", "minimum", "prod"),
        *("reduce_all", "reduce_any", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum"),
        *("size", "sqrt", "square", "std", "subtract", "sum", "var", "random_uniform", "uniform", "normal"),
    )
)
"""Functions of TensorFlow, keras.backend and keras.ops that certainly give a tensor."""
_RANGES = frozenset({"tf.range", "keras.backend.arange", "keras.ops.arange"})

CUS030 = SourceRule(
    code="CUS030",
    name="python-branch-over-a-tensor",
    summary="Python's if, while and for do not work on tensors in call.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 2 translated `call` with AutoGraph; Keras 3 does not, for any backend: `Using a symbolic tf.Tensor "
    "as a Python bool is not allowed`. Measured with TensorFlow: a layer called on arrays works, the same layer in "
    "a model raises.",
    references=(GUIDE,),
    manual="use keras.ops.where or keras.ops.cond for `if`, keras.ops.while_loop or keras.ops.fori_loop for loops; "
    "with TensorFlow only, decorate call with @tf.function",
)
LAY113 = SourceRule(
    code="LAY113",
    name="nested-inputs",
    summary="Nested inputs of a model need Keras 3.4.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.4",
    why="Measured: 3.2 and 3.3 raise `all values in the dict must be KerasTensors`; 3.4 and later accept them.",
    references=(GUIDE,),
    manual="require keras>=3.4, or pass the inputs as a flat list or dict",
)
LAY114 = SourceRule(
    code="LAY114",
    name="none-among-inputs",
    summary="None among the inputs of a layer requires Keras 3.15.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.15",
    why="Measured: 3.2 to 3.12 raise (`Only input tensors may be passed as positional arguments`, later `'NoneType' "
    "object has no attribute 'shape'`); 3.15 accepts it.",
    references=(GUIDE,),
    manual="require keras>=3.15, or omit the None and pass the layer a flag",
)


@visit(CUS030, bases={LAYER, MODEL})
def branches(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``if tf.reduce_sum(x) > 0`` and ``for i in tf.range(n)`` in ``call``."""
    function = method_of(cls, "call")
    if function is None or function.decorator_list:
        return  # ``@tf.function`` translates what it decorates
    for node in walk(function):
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            tested = node.test
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
            tested = node.iter
        else:
            continue
        if any(_gives_tensor(inner, ctx) for inner in walk(tested)):
            what = {"If": "if", "IfExp": "if", "While": "while", "For": "for"}[type(node).__name__]
            yield Match(
                CUS030, node, message=f"`{what}` over a tensor in call", symbol="keras.layers.Layer.call"
            )


def _gives_tensor(node: ast.AST, ctx: Context) -> bool:
    """Whether a node calls a function that certainly gives a tensor."""
    name = ctx.name(node.func) if isinstance(node, ast.Call) else None
    if name is None or not name.startswith(("tf.", "keras.ops.", "keras.backend.", "keras.random.")):
        return False
    return name in _RANGES or name.rpartition(".")[2] in _TENSORS


@visit(CUS023, bases={LAYER, MODEL})
def layers_in_call(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``self.dense = Dense(3)`` in ``call``."""
    function = method_of(cls, "call")
    for node in walk(function) if function is not None else ():
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            continue
        target = node.targets[0]
        if ctx.source(target.value) != "self":
            continue
        receiver = ctx.receiver(node.value)
        if ctx.isa(receiver, LAYER) or (
            isinstance(node.value, ast.Call)
            and ctx.name(node.value.func) in {"tf.Variable", "keras.Variable"}
        ):
            message = f"self.{target.attr} is created in call"
            yield Match(CUS023, node, message=message, symbol="keras.layers.Layer.call")


@visit(LAY113, calls={"keras.Model", "keras.models.Model"})
def nested_inputs(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``Model({"a": {"b": x}}, y)``."""
    inputs = ctx.arguments(call, "inputs").get("inputs")
    if any(isinstance(part, (ast.List, ast.Tuple, ast.Dict)) for part in _parts(inputs)):
        yield Match(LAY113, call, symbol=ctx.name(call.func) or "", argument="inputs")


@visit(LAY114, module=True)
def none_among_inputs(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``layer([x, None])``."""
    del tree
    for call, _ in ctx.module.index.calls:
        first = call.args[0] if call.args else None
        if any(isinstance(part, ast.Constant) and part.value is None for part in _parts(first)):
            receiver = ctx.receiver(call.func)
            if ctx.isa(receiver, LAYER) or ctx.isa(receiver, MODEL):
                yield Match(LAY114, call, symbol="keras.layers.Layer.__call__")


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """The items of a display."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts
    return node.values if isinstance(node, ast.Dict) else []
