"""Shapes and what is done by them: the ``@shape``, ``@concat``, ``@pad``, ``@slice`` and ``@norm`` rows.

``tf.shape`` and ``K.shape`` gave a tensor, ``keras.ops.shape`` gives a tuple. Where it is taken apart or handed on as a
shape, a tuple is as good; where it is computed with, ``shape * 2`` would repeat a tuple without a word.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from codemods.catalogue import Function, load
from codemods.edits import Code, DropArgument, Edit, RenameArgument, ReplaceExpression, ReplaceReference
from codemods.rules.operations._answers import Answer, code_of, optional
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_SHAPE = frozenset({"tf.shape", "keras.backend.shape"})
_CONSTANTS = frozenset(
    {"tf.constant", "tf.convert_to_tensor", "keras.backend.constant", "keras.ops.convert_to_tensor"}
)
_JOINS = frozenset({"tf.concat", "keras.backend.concatenate"})
_TAKE_SHAPES = frozenset(
    (
        *("reshape", "zeros", "ones", "fill", "broadcast_to", "normal", "uniform", "truncated_normal"),
        *("random_normal", "random_uniform"),
    )
)


class _Use(Enum):
    """What a shape serves for; a greater value settles what several uses ask for."""

    TUPLE = 1
    """Taken apart, or handed on as a shape."""
    UNKNOWN = 2
    TENSOR = 3
    """Computed with."""


def _shape(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    tensor = args.get("x") or args.get("input")
    if tensor is None or set(args.keywords) - {"x", "input", "out_type", "name"}:
        return None
    use = _use(call, ctx)
    if use is _Use.TENSOR:
        text = 'keras.ops.convert_to_tensor(keras.ops.shape(tensor), dtype="int32")'
        return (ReplaceExpression(call, code_of(text, tensor=tensor)),), Fix.UNSAFE
    edits: list[Edit] = [ReplaceReference(call.func, "keras.ops.shape")]
    if "input" in args.keywords:
        edits.append(RenameArgument(call, "input", "x"))
    edits += [DropArgument(call, name) for name in ("out_type", "name") if name in args.keywords]
    edits += [DropArgument(call, index) for index in range(1, len(args.positional))]
    return tuple(edits), Fix.SAFE if use is _Use.TUPLE else Fix.UNSAFE


def _use(node: ast.expr, ctx: Context) -> _Use:
    """What a shape (or a part of one) serves for."""
    parent = ctx.parent(node)
    if isinstance(parent, ast.keyword):
        parent = ctx.parent(parent)
    match parent:
        case ast.Subscript(value=value, slice=part) if value is node:
            return _use(parent, ctx) if isinstance(part, ast.Slice) else _Use.TUPLE
        case ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.AugAssign():
            return _Use.TENSOR
        case ast.Call():
            name = ctx.name(parent.func) or ""
            takes = name in load().functions and name.rpartition(".")[2] in _TAKE_SHAPES
            return _Use.TUPLE if takes else _Use.UNKNOWN
        case ast.List() | ast.Tuple():
            outer = ctx.parent(parent)
            outer = ctx.parent(outer) if isinstance(outer, ast.keyword) else outer
            if not isinstance(outer, ast.Call) or ctx.name(outer.func) not in _JOINS:
                return _Use.UNKNOWN
            return _Use.TUPLE if _shape_parts(outer, ctx) is not None else _Use.TENSOR
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            return _Use.TUPLE
        case ast.Assign(targets=[ast.Name(id=name)]):
            return _use_of_name(name, parent, ctx)
    return _Use.UNKNOWN


def _use_of_name(name: str, statement: ast.Assign, ctx: Context) -> _Use:
    """What a shape that has got a name serves for, everywhere in its function."""
    function = ctx.function(statement)
    uses = ctx.uses(function, name) if function is not None else []
    if sum(isinstance(use.ctx, ast.Store) for use in uses) != 1:
        return _Use.UNKNOWN
    found = [_use(use, ctx) for use in uses if isinstance(use.ctx, ast.Load)]
    return max(found, key=lambda use: use.value, default=_Use.UNKNOWN)


def _joined(call: ast.Call, ctx: Context) -> list[ast.expr] | None:
    """The parts of ``tf.concat([a, b], axis=0)``, when they are written there."""
    values = ctx.arguments(call, "values").get("values") or ctx.arguments(call, "tensors").get("tensors")
    if ctx.name(call.func) not in _JOINS or not isinstance(values, ast.List | ast.Tuple):
        return None
    return None if any(isinstance(part, ast.Starred) for part in values.elts) else list(values.elts)


def _shape_parts(call: ast.Call, ctx: Context) -> list[ast.expr] | None:
    """The parts of ``tf.concat([tf.shape(x)[:-1], [n]], axis=0)``: slices of shapes and displays, else None."""
    parts = _joined(call, ctx) or []
    plain = [_display(part, ctx) or part for part in parts]
    slices = [part for part in plain if isinstance(part, ast.Subscript) and _is_slice_of_shape(part, ctx)]
    others = [part for part in plain if part not in slices]
    whole = len(parts) > 1 and slices and all(isinstance(part, ast.List | ast.Tuple) for part in others)
    return plain if whole else None


def _is_slice_of_shape(part: ast.Subscript, ctx: Context) -> bool:
    inner = part.value
    return (
        isinstance(part.slice, ast.Slice) and isinstance(inner, ast.Call) and ctx.name(inner.func) in _SHAPE
    )


def _display(node: ast.expr, ctx: Context) -> ast.expr | None:
    """The list of numbers that a constant tensor is made of."""
    made = isinstance(node, ast.Call) and ctx.name(node.func) in _CONSTANTS and len(node.args) == 1
    given = node.args[0] if isinstance(node, ast.Call) and made and not node.keywords else None
    return given if isinstance(given, ast.List | ast.Tuple) else None


def _concat(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    del function
    parts = _shape_parts(call, ctx)
    if parts is not None:
        holes = {f"part_{index}": part for index, part in enumerate(parts)}
        text = " + ".join(
            name if isinstance(part, ast.Subscript) else f"tuple({name})" for name, part in holes.items()
        )
        return (ReplaceExpression(call, Code(text, holes)),), Fix.SAFE
    parts = _joined(call, ctx) or []
    axis = args.get("axis")
    if not any(isinstance(part, ast.List | ast.Tuple) for part in parts):
        return None
    holes = {f"part_{index}": part for index, part in enumerate(parts)}
    text = ", ".join(
        f"keras.ops.convert_to_tensor({name})" if isinstance(part, ast.List | ast.Tuple) else name
        for name, part in holes.items()
    )
    by_default = ", axis=-1" if ctx.name(call.func) == "keras.backend.concatenate" else ""
    last = ", axis=axis" if axis is not None else by_default
    holes |= {"axis": axis} if axis is not None else {}
    return (ReplaceExpression(call, Code(f"keras.ops.concatenate([{text}]{last})", holes)),), Fix.SAFE


def _pad(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    x, paddings = args.get("tensor"), args.get("paddings")
    mode = ctx.literal(args.get("mode")) if "mode" in args else "CONSTANT"
    if x is None or paddings is None or not isinstance(mode, str):
        return None
    mode = mode.lower()
    paddings = _plain(paddings, ctx)
    if mode not in {"constant", "reflect", "symmetric"} or paddings is None:
        return None
    text = "" if mode == "constant" else f', mode="{mode}"'
    more, holes = optional(args, ("constant_values", "constant_values")) if mode == "constant" else ("", {})
    code = Code(f"keras.ops.pad(tensor, paddings{text}{more})", {"tensor": x, "paddings": paddings, **holes})
    return (ReplaceExpression(call, code),), Fix.SAFE


def _plain(node: ast.expr, ctx: Context) -> ast.expr | None:
    """A list in place of a constant tensor that was made of it: in a graph a tensor has no length. None for a tensor
    that cannot be seen through."""
    if isinstance(node, ast.Name):
        home = ctx.scope(node).find(node.id)
        given = [binding.value for binding in home.bindings[node.id]] if home is not None else []
        made = any(isinstance(value, ast.Call) and ctx.name(value.func) in _CONSTANTS for value in given)
        return None if made else node
    if isinstance(node, ast.Call) and ctx.name(node.func) in _CONSTANTS:
        return node.args[0] if node.args and isinstance(node.args[0], ast.List | ast.Tuple) else None
    return node


def _slice(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``tf.slice(x, [0, 1], [-1, 2])``: -1, for the rest, is a size on the TensorFlow backend only."""
    x, begin, size = (args.get(name) for name in ("input_", "begin", "size"))
    if x is None or not isinstance(begin, ast.List | ast.Tuple) or not isinstance(size, ast.List | ast.Tuple):
        return None
    sizes = [ctx.literal(item) for item in size.elts]
    if -1 not in sizes or len(begin.elts) != len(size.elts):
        return None
    holes, parts = {"x": x}, list[str]()
    for index, (start, length) in enumerate(zip(begin.elts, size.elts, strict=True)):
        first, count = ctx.literal(start), sizes[index]
        if not isinstance(first, int):
            holes[f"start_{index}"] = start
        if not isinstance(count, int):
            holes[f"length_{index}"] = length
        low = str(first) if isinstance(first, int) else f"start_{index}"
        if count == -1:
            parts.append("" if first == 0 else low)
        elif isinstance(first, int) and isinstance(count, int):
            parts.append(f"{low}:{first + count}")
        else:
            parts.append(f"{low}:{low} + {count if isinstance(count, int) else f'length_{index}'}")
    indices = ", ".join(part if ":" in part else f"{part}:" for part in parts)
    return (ReplaceExpression(call, Code(f"x[{indices}]", holes)),), Fix.SAFE


def _norm(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``tf.norm``: its "euclidean" is None in keras.ops, and without an axis it takes the vector of all numbers."""
    x, order, axis = (args.get(name) for name in ("tensor", "ord", "axis"))
    if x is None or set(args.keywords) - {"tensor", "ord", "axis", "keepdims", "name"}:
        return None
    more, holes = optional(args, ("axis", "axis"), ("keepdims", "keepdims"))
    holes["x"] = x
    plain = order is None or ctx.literal(order) == "euclidean"
    if plain:
        return (ReplaceExpression(call, Code(f"keras.ops.norm(x{more})", holes)),), Fix.SAFE
    assert order is not None
    holes["order"] = order
    whole = axis is None or (isinstance(axis, ast.Constant) and axis.value is None)
    if whole and "keepdims" in args:
        return None
    given = "keras.ops.reshape(x, (-1,)), ord=order" if whole else f"x, ord=order{more}"
    if whole and axis is not None:
        del holes["axis"]
    known = isinstance(ctx.literal(order), int | float) or ctx.name(order) in {"numpy.inf"}
    return (ReplaceExpression(call, Code(f"keras.ops.norm({given})", holes)),), (
        Fix.SAFE if known else Fix.UNSAFE
    )


SHAPES: dict[str, Callable[[ast.Call, Context, Arguments, Function], Answer]] = {
    "@shape": _shape,
    "@concat": _concat,
    "@pad": _pad,
    "@slice": _slice,
    "@norm": _norm,
}
