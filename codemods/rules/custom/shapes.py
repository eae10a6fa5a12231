"""Shapes and masks in custom layers (family ``CUS``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, InsertStatement, ReplaceExpression
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, called_on, method_of
from codemods.rules.api import GUIDE, UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context

CUS004 = SourceRule(
    code="CUS004",
    name="shape-as-list",
    summary="Shapes are tuples: they have no as_list.",
    severity=Severity.ERROR,
    why="build, compute_output_shape and KerasTensor.shape use tuples; TensorShape is a TensorFlow class. list() of "
    "either gives the same integers and None.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CUS005 = SourceRule(
    code="CUS005",
    name="tensor-shape",
    summary="compute_output_shape returns a tuple, not a TensorShape.",
    severity=Severity.ERROR,
    why="Keras 3 builds symbolic tensors from the result and accepts only tuples.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CUS040 = SourceRule(
    code="CUS040",
    name="value-of-a-dimension",
    summary="A dimension of a shape is a number or None: it has no value.",
    severity=Severity.ERROR,
    why="Shapes in TensorFlow 1 contained Dimension objects, those in TensorFlow 2 and Keras 3 contain integers and "
    "None.",
    references=(GUIDE,),
    proofs=(Proof(expect="raises"),),
)
CUS028 = SourceRule(
    code="CUS028",
    name="mask-of-several-inputs",
    summary="A layer with several inputs receives a list of masks, or of None if there are none.",
    severity=Severity.ERROR,
    why="Keras 2 passed mask=None if no input had a mask; Keras 3 passes [None, None], so that `mask is not None` "
    "is true and mask[0] is None.",
    references=(GUIDE,),
    proofs=(Proof(),),
)
CUS032 = SourceRule(
    code="CUS032",
    name="several-shapes",
    summary="A list (or tuple) of numbers is also a shape: it does not imply several inputs.",
    severity=Severity.ERROR,
    why="When a .keras file is loaded, `build` receives the shape from its JSON, where each tuple is a list: "
    "measured, `'int' object is not subscriptable` where `isinstance(input_shape, list)` was taken as several "
    "inputs. Also, shapes were a TensorShape and are now a tuple: `isinstance(input_shape, (list, tuple))` is true "
    "for every layer.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)


_SHAPE_METHODS = frozenset({"build", "compute_output_shape", "compute_mask"})


def _is_shape_argument(node: ast.expr, ctx: Context) -> bool:
    """Whether a node is the shape parameter of ``build`` or ``compute_output_shape`` of a layer."""
    function = ctx.function(node)
    cls = ctx.class_of(node)
    if function is None or cls is None or function.name not in _SHAPE_METHODS - {"compute_mask"}:
        return False
    if not {LAYER, MODEL} & set(ctx.bases(cls)):
        return False
    parameters = [argument.arg for argument in function.args.args[1:]]
    return isinstance(node, ast.Name) and node.id in parameters


@visit(CUS004, methods={"as_list", "get_shape"}, of=UNTYPED)
def shape_lists(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``input_shape.as_list()``, ``x.shape.as_list()``, ``x.get_shape()``."""
    if call.args or call.keywords:
        return
    held = called_on(call)
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "get_shape":
        outer = ctx.parent(call)
        listed = isinstance(outer, ast.Attribute) and outer.attr == "as_list"
        if not listed and (ctx.symbolic(held) or ctx.keras_region(held)):
            yield Match(
                CUS004, call, edits=(ReplaceExpression(call, Code("tensor.shape", {"tensor": held})),)
            )
        return
    if _is_shape_argument(held, ctx):
        yield Match(CUS004, call, edits=(ReplaceExpression(call, Code("list(shape)", {"shape": held})),))
        return
    callee = held.func if isinstance(held, ast.Call) else None
    asked = isinstance(callee, ast.Attribute) and callee.attr == "compute_output_shape"
    if asked and ctx.class_of(call) is not None:
        yield Match(CUS004, call, edits=(ReplaceExpression(call, Code("list(shape)", {"shape": held})),))
        return
    if isinstance(held, ast.Call) and ctx.name(held.func) == "tf.TensorShape" and len(held.args) == 1:
        if ctx.keras_region(held):
            code = Code("list(shape)", {"shape": held.args[0]})
            yield Match(CUS004, call, edits=(ReplaceExpression(call, code),))
        return
    tensor: ast.expr | None = None
    if isinstance(held, ast.Attribute) and held.attr == "shape":
        tensor = held.value
    elif (
        isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) and held.func.attr == "get_shape"
    ):
        tensor = held.func.value
    if tensor is not None and (ctx.symbolic(tensor) or ctx.keras_region(tensor)):
        code = Code("list(tensor.shape)", {"tensor": tensor})
        yield Match(CUS004, call, edits=(ReplaceExpression(call, code),))


@visit(CUS005, calls={"tf.TensorShape"})
def tensor_shapes(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``tf.TensorShape(...)`` in the shape methods of a layer."""
    function, cls = ctx.function(call), ctx.class_of(call)
    if function is None or cls is None or function.name not in _SHAPE_METHODS:
        return
    outer = ctx.parent(call)
    if len(call.args) != 1 or call.keywords or (isinstance(outer, ast.Attribute) and outer.attr == "as_list"):
        return
    if {LAYER, MODEL} & set(ctx.bases(cls)):
        code = Code("tuple(shape)", {"shape": call.args[0]})
        yield Match(CUS005, call, edits=(ReplaceExpression(call, code),))


@visit(CUS040, attributes={"value"}, of=UNTYPED)
def dimensions(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``x.shape[-1].value``, ``x.get_shape()[1].value``, ``input_shape[-1].value`` in ``build``."""
    item = node.value
    if (
        not isinstance(item, ast.Subscript)
        or isinstance(item.slice, ast.Slice)
        or ctx.callee(node) is not None
    ):
        return
    held = item.value
    if isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) and not held.args:
        whole = held.func.attr == "get_shape"
    else:
        whole = isinstance(held, ast.Attribute) and held.attr == "shape"
    if isinstance(node.ctx, ast.Load) and (whole or _is_shape_argument(held, ctx)):
        yield Match(CUS040, node, edits=(ReplaceExpression(node, Code("size", {"size": item})),))


_NO_MASKS = "if isinstance(mask, (list, tuple)) and all(item is None for item in mask):\n    mask = None\n"


@visit(CUS028, bases={LAYER})
def masks(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``call(self, inputs, mask=None)`` of a layer that takes its inputs apart and looks at the mask."""
    function = method_of(cls, "call")
    parameters = [argument.arg for argument in function.args.args] if function is not None else []
    if function is None or "mask" not in parameters[2:] or MODEL in ctx.bases(cls):
        return
    nodes = list(walk(function))
    looked_at = any(isinstance(node, ast.Name) and node.id == "mask" for node in nodes)
    text = ctx.source(function)
    if not looked_at or not any(_takes_apart(node, parameters[1]) for node in nodes) or "is None for" in text:
        return
    if re.search(r"mask\[\d\] is (not )?None|isinstance\(mask", text):
        return  # it looks at the items itself
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(ctx.literal(first.value), str)
    insert = InsertStatement(first, Code(_NO_MASKS), after=documented)
    yield Match(CUS028, function, edits=(insert,), symbol="keras.layers.Layer.call", argument="mask")


def _takes_apart(node: ast.AST, inputs: str) -> bool:
    """``a, b = inputs`` and ``inputs[0]``."""
    if isinstance(node, ast.Assign):
        taken = isinstance(node.value, ast.Name) and node.value.id == inputs
        return taken and isinstance(node.targets[0], (ast.Tuple, ast.List))
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
        return False
    return (
        node.value.id == inputs and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
    )


@visit(CUS032, bases={LAYER})
def several_shapes(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``isinstance(input_shape, list)`` in ``build``, to see whether there are several inputs."""
    if MODEL in ctx.bases(cls):
        return
    for name, kinds in (("build", ("list", "(list, tuple)")), ("compute_output_shape", ("(list, tuple)",))):
        function = method_of(cls, name)
        if function is None or len(function.args.args) < 2:
            continue
        shape = function.args.args[1].arg
        for node in walk(function):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "isinstance":
                continue
            if ctx.source(node) not in {
                f"isinstance({shape}, {kind})"
                for kind in (*kinds, kinds[-1].replace("list, tuple", "tuple, list"))
            }:
                continue
            outer = ctx.parent(node)
            if isinstance(outer, ast.BoolOp) and f"{shape}[0]" in ctx.source(outer):
                continue
            text = "isinstance(shape_, kind_) and isinstance(shape_[0], (list, tuple))"
            edit = ReplaceExpression(node, Code(text, {"shape_": node.args[0], "kind_": node.args[1]}))
            yield Match(CUS032, node, edits=(edit,), symbol=f"keras.layers.Layer.{name}")
