"""Functions whose rewrite depends on the value of an argument: the ``@`` rows of ``functions.tsv``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING

from codemods.catalogue import Function, positional
from codemods.edits import (
    Code,
    DropArgument,
    Edit,
    RenameArgument,
    ReplaceExpression,
    ReplaceReference,
    ReplaceStatement,
)
from codemods.rules._evidence import text
from codemods.rules.operations._answers import Answer, code_of, optional
from codemods.rules.operations._batch_dot import batch_dot
from codemods.rules.operations._gradients import gradients
from codemods.rules.operations._special_functions import (
    batch_set_value,
    clip,
    function,
    integers,
    l2_normalize,
    map_function,
    patches,
    placeholder,
    summed,
)
from codemods.rules.operations._special_phase import learning_phase, phase
from codemods.rules.operations._special_shapes import SHAPES
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context


def special(call: ast.Call, ctx: Context, row: Function) -> Answer:
    """The plan of an ``@`` row."""
    args = ctx.arguments(call, *positional(row.parameters))
    if args.opaque and row.call not in {"@einsum", "@meshgrid", "@map_structure"}:
        return None
    return _WAYS[row.call](call, ctx, args, row)


def _set_value(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    variable, value = args.get("x"), args.get("value")
    statement = ctx.parent(call)
    if variable is None or value is None:
        return None
    if isinstance(variable, ast.Attribute) and variable.attr in {"lr", "learning_rate"}:
        if not isinstance(statement, ast.Expr):
            return None
        code = code_of("owner.learning_rate = value", owner=variable.value, value=value)
        return (ReplaceStatement(statement, code),), Fix.SAFE
    code = code_of("variable.assign(value)", variable=variable, value=value)
    return (ReplaceExpression(call, code),), Fix.SAFE


def _set_session(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.set_session(tf.Session(config=c))`` still makes the session: it is what sets the memory of a GPU."""
    session, statement = args.get("session"), ctx.parent(call)
    if session is None or not isinstance(statement, ast.Expr):
        return None
    made = isinstance(session, ast.Call)
    code = code_of("session", session=session) if made else ""
    return (ReplaceStatement(statement, code),), Fix.UNSAFE


_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def _image_dim_ordering(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.image_dim_ordering() == "th"``; elsewhere an expression that gives the old words."""
    del args
    test = ctx.parent(call)
    now = ReplaceReference(call.func, "keras.backend.image_data_format")
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        other = test.comparators[0] if test.left is call else test.left
        new = _ORDERINGS.get(ctx.literal(other, ""))
        if new is not None:
            return (now, text(ctx, other, new)), Fix.SAFE
    code = Code('{"channels_last": "tf", "channels_first": "th"}[keras.backend.image_data_format()]')
    return (ReplaceExpression(call, code),), Fix.SAFE


def _switch(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    parts = [args.get(name) for name in ("condition", "then_expression", "else_expression")]
    condition, then, other = parts
    if condition is None or then is None or other is None:
        return None
    holes = {"condition": condition, "then": then, "other": other}
    if isinstance(then, ast.Lambda) and isinstance(other, ast.Lambda):
        return (ReplaceExpression(call, Code("keras.ops.cond(condition, then, other)", holes)),), Fix.SAFE
    if isinstance(then, ast.Lambda) or isinstance(other, ast.Lambda):
        return None
    # Names may be functions, and a condition of fewer dimensions was stretched at its end.
    return (ReplaceExpression(call, Code("keras.ops.where(condition, then, other)", holes)),), Fix.UNSAFE


def _pool(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    mode = ctx.literal(args.get("pool_mode")) if "pool_mode" in args else "max"
    x, size = args.get("x"), args.get("pool_size")
    new = {"max": "max_pool", "avg": "average_pool"}.get(mode)
    if new is None or x is None or size is None:
        return None
    text, holes = optional(args, ("padding", "padding"), ("data_format", "data_format"))
    strides = args.get("strides")
    if strides is not None:
        holes["strides"] = strides
    default = "(1, 1)" if function.name.endswith("2d") else "(1, 1, 1)"
    given = "strides" if strides is not None else default
    code = Code(f"keras.ops.{new}(x, pool_size, strides={given}{text})", {"x": x, "pool_size": size, **holes})
    return (ReplaceExpression(call, code),), Fix.SAFE


def _spatial(value: object) -> str | None:
    """Window or strides of ``tf.nn`` as ``keras.ops`` wants them: without batch and channel."""
    match value:
        case int():
            return str(value)
        case [int(a), int(b)] | (int(a), int(b)):
            return f"({a}, {b})"
        case [1, int(a), int(b), 1] | (1, int(a), int(b), 1):
            return f"({a}, {b})"
    return None


def _pool_nn(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    x = args.get("input")
    size, strides = (_spatial(ctx.literal(args.get(name))) for name in ("ksize", "strides"))
    padding = ctx.literal(args.get("padding"))
    layout = ctx.literal(args.get("data_format")) if "data_format" in args else "NHWC"
    if x is None or size is None or strides is None or padding not in {"SAME", "VALID"} or layout != "NHWC":
        return None
    new = "max_pool" if "max" in function.name else "average_pool"
    text = (
        f'keras.ops.{new}(x, {size}, strides={strides}, padding="{padding.lower()}", '
        'data_format="channels_last")'
    )
    return (ReplaceExpression(call, code_of(text, x=x)),), Fix.SAFE


def _matmul(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    a, b = args.get("a"), args.get("b")
    if a is None or b is None:
        return None
    flags = {
        name: ctx.literal(args.get(name), None) for name in ("transpose_a", "transpose_b") if name in args
    }
    if any(not isinstance(flag, bool) for flag in flags.values()):
        return None
    others = ("adjoint_a", "adjoint_b", "a_is_sparse", "b_is_sparse", "output_type", "grad_a", "grad_b")
    if any(name in args for name in others):
        return None
    if not any(flags.values()) and len(args.positional) <= 2:
        edits: list[Edit] = [ReplaceReference(call.func, "keras.ops.matmul")]
        edits += [RenameArgument(call, o, n) for o, n in (("a", "x1"), ("b", "x2")) if o in args.keywords]
        edits += [DropArgument(call, name) for name in (*flags, "name") if name in args.keywords]
        return tuple(edits), Fix.SAFE
    left, right = (
        f"keras.ops.swapaxes({n}, -1, -2)" if flags.get(f"transpose_{n}") else n for n in ("a", "b")
    )
    return (ReplaceExpression(call, code_of(f"keras.ops.matmul({left}, {right})", a=a, b=b)),), Fix.SAFE


def _dot(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.dot`` where sparse tensors are about: with one of two dimensions it is ``matmul``."""
    x, y = args.get("x"), args.get("y")
    place: ast.AST | None = ctx.class_of(call) or ctx.function(call)
    if x is None or y is None or place is None or not _SPARSE.search(ctx.source(place)):
        return None
    return (ReplaceExpression(call, code_of("keras.ops.matmul(x, y)", x=x, y=y)),), Fix.UNSAFE


_SPARSE = re.compile(r"\bis_sparse\(|\bSparseTensor\b|\bsparse=True\b|\btf\.sparse\.")


def _same_arguments(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    del ctx
    new = (
        "keras.tree.map_structure" if "nest" in function.name else f"keras.ops.{function.name.split('.')[-1]}"
    )
    if set(args.keywords) - {"name", "indexing"}:
        return None
    drop: tuple[Edit, ...] = (DropArgument(call, "name"),) if "name" in args.keywords else ()
    return (ReplaceReference(call.func, new), *drop), Fix.SAFE


def _sort(call: ast.Call, ctx: Context, args: Arguments, function: Function) -> Answer:
    values = args.get("values")
    direction = ctx.literal(args.get("direction")) if "direction" in args else "ASCENDING"
    if values is None or direction not in {"ASCENDING", "DESCENDING"} or "stable" in args:
        return None
    axis = args.get("axis")
    which = "axis" if axis is not None else "-1"
    new = function.name.split(".")[-1]
    if direction == "ASCENDING":
        text = f"keras.ops.{new}(values, axis={which})"
    elif new == "argsort":
        text = f"keras.ops.argsort(-values, axis={which})"
    else:
        text = f"keras.ops.flip(keras.ops.sort(values, axis={which}), axis={which})"
    holes = {"values": values} if axis is None else {"values": values, "axis": axis}
    return (ReplaceExpression(call, Code(text, holes)),), Fix.SAFE


def _gather(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    params, indices = args.get("params"), args.get("indices")
    batched = "batch_dims" in args and ctx.literal(args.get("batch_dims")) != 0
    if params is None or indices is None or batched or "validate_indices" in args:
        return None
    axis = args.get("axis")
    holes = {"params": params, "indices": indices}
    if axis is None or ctx.literal(axis, ...) is None:
        text = "keras.ops.take(params, indices, axis=0)"
    else:
        text = "keras.ops.take(params, indices, axis=axis)"
        holes["axis"] = axis
    return (ReplaceExpression(call, Code(text, holes)),), Fix.SAFE


def _split(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    value, sizes = args.get("value"), args.get("num_or_size_splits")
    if value is None or sizes is None or "num" in args:
        return None
    axis = args.get("axis")
    holes: dict[str, ast.expr] = {"value": value}
    if axis is not None:
        holes["axis"] = axis
    which = "axis" if axis is not None else "0"
    known = ctx.literal(sizes)
    if isinstance(known, int):
        holes["sizes"] = sizes
        return (
            ReplaceExpression(call, Code(f"keras.ops.split(value, sizes, axis={which})", holes)),
        ), Fix.SAFE
    if isinstance(known, list | tuple) and known and all(isinstance(n, int) and n >= 0 for n in known):
        points = list(accumulate(known))[:-1]
        return (
            ReplaceExpression(call, Code(f"keras.ops.split(value, {points}, axis={which})", holes)),
        ), Fix.SAFE
    return None


def _band_part(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    x = args.get("input")
    band = (ctx.literal(args.get("num_lower")), ctx.literal(args.get("num_upper")))
    new = {(-1, 0): "tril", (0, -1): "triu"}.get(band)
    if x is None or new is None:
        return None
    return (ReplaceExpression(call, code_of(f"keras.ops.{new}(x)", x=x)),), Fix.SAFE


def _dim_ordering(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    value = ctx.literal(args.get("dim_ordering"))
    new = {"tf": "channels_last", "th": "channels_first"}.get(value) if isinstance(value, str) else None
    if new is None:
        return None
    return (ReplaceExpression(call, Code(f'keras.backend.set_image_data_format("{new}")')),), Fix.SAFE


_WAYS: dict[str, Callable[[ast.Call, Context, Arguments, Function], Answer]] = {
    "@set_value": _set_value,
    "@set_session": _set_session,
    "@image_dim_ordering": _image_dim_ordering,
    "@function": function,
    "@gradients": gradients,
    "@batch_dot": batch_dot,
    "@clip": clip,
    "@integers": integers,
    "@patches": patches,
    "@map": map_function,
    "@placeholder": placeholder,
    "@batch_set_value": batch_set_value,
    "@l2_normalize": l2_normalize,
    "@sum": summed,
    "@switch": _switch,
    "@pool": _pool,
    "@pool_nn": _pool_nn,
    "@matmul": _matmul,
    "@dot": _dot,
    "@einsum": _same_arguments,
    "@meshgrid": _same_arguments,
    "@map_structure": _same_arguments,
    "@sort": _sort,
    "@gather": _gather,
    "@split": _split,
    "@band_part": _band_part,
    "@dim_ordering": _dim_ordering,
    "@phase": phase,
    "@learning_phase": learning_phase,
    **SHAPES,
}
