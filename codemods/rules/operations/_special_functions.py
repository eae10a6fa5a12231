"""``K.function`` and patches: rewrites that need a function of their own, or several literals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function
from codemods.edits import Code, ReplaceExpression, ReplaceStatement
from codemods.rules._evidence import defined_once, given_once
from codemods.rules.operations._answers import Answer, code_of, optional
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_FUNCTION = '''\
def keras_function(inputs, outputs, phase=None):
    """What keras.backend.function made: a function of arrays that gives arrays.

    `phase` is the position among the arrays at which the learning phase is given.
    """
    pending, seen = list(keras.tree.flatten(outputs)), set()
    while pending:  # Keras 3 counts operations anew: their names may be those of layers of an old file
        operation, node, _ = pending.pop()._keras_history
        if (operation, node) not in seen:
            seen.add((operation, node))
            if not isinstance(operation, keras.layers.Layer):
                operation.name = f"operation_{id(operation)}"
            pending += operation._inbound_nodes[node].arguments.keras_tensors
    model = keras.Model(inputs, outputs)

    def call(arrays):
        arrays = list(arrays) if isinstance(arrays, (list, tuple)) else [arrays]
        training = bool(arrays.pop(phase)) if phase is not None else False
        if not isinstance(inputs, (list, tuple)) or len(inputs) == 1:
            arrays = arrays[0]
        results = model(arrays, training=training)
        if isinstance(outputs, (list, tuple)) and not isinstance(results, (list, tuple)):
            results = [results]
        return keras.tree.map_structure(keras.ops.convert_to_numpy, results)

    return call
'''


def function(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.function([x, K.learning_phase()], [y])``; updates have no counterpart."""
    inputs, outputs = args.get("inputs"), args.get("outputs")
    if inputs is None or outputs is None or "updates" in args:
        return None
    holes = {"inputs_": inputs, "outputs_": outputs}
    text = "keras_function(inputs_, outputs_)"
    if isinstance(inputs, (ast.List, ast.Tuple)):
        phases = [i for i, item in enumerate(inputs.elts) if _is_phase(item, ctx)]
        if phases:
            kept = {f"input_{i}": item for i, item in enumerate(inputs.elts) if i not in phases}
            if len(phases) > 1 or not kept:
                return None
            text = f"keras_function([{', '.join(kept)}], outputs_, phase={phases[0]})"
            holes = {"outputs_": outputs, **kept}
    edit = ReplaceExpression(call, Code(text, holes))
    return (*defined_once(ctx, call, "keras_function", _FUNCTION, _places(ctx)), edit), Fix.UNSAFE


def _places(ctx: Context) -> Iterator[ast.Call]:
    """The calls of ``K.function`` in a file that are rewritten."""
    calls = (call for call, _ in ctx.module.index.calls if ctx.name(call.func) == "keras.backend.function")
    return (call for call in calls if all(keyword.arg != "updates" for keyword in call.keywords))


def _is_phase(node: ast.expr, ctx: Context) -> bool:
    """Whether an input is the learning phase."""
    symbol = node.func if isinstance(node, ast.Call) else node
    return ctx.name(symbol) == "keras.backend.learning_phase"


def patches(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``tf.image.extract_patches(x, [1, p, p, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")``."""
    images, padding = args.get("images"), ctx.literal(args.get("padding"))
    names = ("sizes", "strides", "rates")
    spans = [_inner(args.get(name), ctx) for name in names]
    if images is None or padding not in {"SAME", "VALID"}:
        return None
    holes: dict[str, ast.expr] = {"images": images}
    for name, span in zip(names, spans, strict=True):
        if span is None:
            return None
        holes[f"{name}_height"], holes[f"{name}_width"] = span
    text = "keras.ops.image.extract_patches(images, (sizes_height, sizes_width), "
    text += "strides=(strides_height, strides_width), dilation_rate=(rates_height, rates_width), "
    text += f"padding={padding.lower()!r}, data_format='channels_last')"
    return (ReplaceExpression(call, Code(text, holes)),), Fix.SAFE


def map_function(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``map_fn(fn, elems, dtype=…)``: the dtype that was said is the one that the function gives, or it failed."""
    fn, elems = args.get("fn"), args.get("elems")
    signature = args.get("fn_output_signature")
    if fn is None or elems is None or (signature is not None and "Spec" in ctx.source(signature)):
        return None
    return (ReplaceExpression(call, code_of("keras.ops.map(fn, elems)", fn=fn, elems=elems)),), Fix.SAFE


def placeholder(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.placeholder((None, 3))`` and ``K.placeholder(ndim=2)``."""
    shape, ndim = args.get("shape"), ctx.literal(args.get("ndim"))
    text, holes = optional(args, ("dtype", "dtype"), ("name", "name"))
    if "sparse" in args or "ragged" in args:
        return None
    if shape is not None:
        code = Code(f"keras.Input(batch_shape=shape{text})", {"shape": shape, **holes})
    elif isinstance(ndim, int) and 0 < ndim < 9:
        code = Code(f"keras.Input(batch_shape={(None,) * ndim}{text})", holes)
    else:
        return None
    return (ReplaceExpression(call, code),), Fix.UNSAFE


def batch_set_value(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.batch_set_value(pairs)`` as a statement."""
    pairs, statement = args.get("tuples"), ctx.parent(call)
    if pairs is None or not isinstance(statement, ast.Expr):
        return None
    code = Code("for variable, value in pairs:\n    variable.assign(value)", {"pairs": pairs})
    return (ReplaceStatement(statement, code),), Fix.SAFE


def l2_normalize(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.l2_normalize(x, axis)``; without an axis the whole tensor has length 1 afterwards."""
    x, axis = args.get("x"), args.get("axis")
    if x is None:
        return None
    if axis is not None and ctx.literal(axis, ...) is not None:
        return (
            ReplaceExpression(call, code_of("keras.ops.normalize(x, axis=axis, order=2)", x=x, axis=axis)),
        ), Fix.SAFE
    if not isinstance(x, (ast.Name, ast.Attribute)):
        return None
    whole = "x / keras.ops.sqrt(keras.ops.maximum(keras.ops.sum(keras.ops.square(x)), 1e-12))"
    return (ReplaceExpression(call, code_of(whole, x=x)),), Fix.SAFE


def _inner(node: ast.expr | None, ctx: Context) -> tuple[ast.expr, ast.expr] | None:
    """The height and width of a window that is said with batch and channel: ``[1, size, size, 1]``."""
    match node:
        case ast.List(elts=[first, height, width, last]) | ast.Tuple(elts=[first, height, width, last]):
            if ctx.literal(first) == ctx.literal(last) == 1:
                return height, width
    return None


def clip(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.clip(x, low, None)``: a bound that is None bounds nothing, and Keras 3 wants two."""
    x, low, high = (args.get(name) for name in ("x", "min_value", "max_value"))
    if x is None or low is None or high is None:
        return None
    open_low, open_high = (ctx.literal(bound, ...) is None for bound in (low, high))
    if open_low and open_high:
        code = code_of("x", x=x)
    elif open_low:
        code = code_of("keras.ops.minimum(x, high)", x=x, high=high)
    elif open_high:
        code = code_of("keras.ops.maximum(x, low)", x=x, low=low)
    else:
        return None
    return (ReplaceExpression(call, code),), Fix.SAFE


def summed(call: ast.Call, ctx: Context, args: Arguments, row: Function) -> Answer:
    """``loss = K.variable(0.)`` before ``loss += term`` or ``loss = loss + term``, which makes a tensor of it.

    A symbolic tensor can be added to a tensor of Keras 3, and to no variable.
    """
    statement, value = ctx.parent(call), args.get("value")
    held = statement.targets[0] if isinstance(statement, ast.Assign) else None
    others = set(args.keywords) - {"value", "dtype", "name"}
    number = isinstance(ctx.literal(value), int | float) and not others
    if not isinstance(held, ast.Name) or value is None or not number:
        return None
    home = ctx.scope(call).find(held.id)
    uses = [use for use in ctx.uses(ctx.module.tree, held.id) if ctx.scope(use).find(held.id) is home]
    added = [use.lineno for use in uses if _is_added_to(use, ctx)]
    if not added or any(
        ctx.function(use) is not ctx.function(call)
        or call.lineno < use.lineno < min(added)  # what it is handed to there may keep the variable
        or _as_variable(use, ctx)
        for use in uses
    ):
        return None
    text = "keras.ops.convert_to_tensor(value, dtype=keras.backend.floatx())"
    holes = {"value": value}
    if (dtype := args.get("dtype")) is not None:
        text, holes["dtype"] = "keras.ops.convert_to_tensor(value, dtype=dtype)", dtype
    return (ReplaceExpression(call, Code(text, holes)),), Fix(row.fix)


def _is_added_to(use: ast.Name, ctx: Context) -> bool:
    """Whether something is added to a name: ``name += term``, ``name = name + term``."""
    outer = ctx.parent(use)
    if isinstance(outer, ast.AugAssign):
        return outer.target is use
    statement = ctx.parent(outer) if isinstance(outer, ast.BinOp) and outer.left is use else None
    return isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == use.id


def _as_variable(use: ast.Name, ctx: Context) -> bool:
    """Whether a name stands where a tensor would not do: ``x.assign(1)``, ``K.update(x, 1)``."""
    outer = ctx.parent(use)
    if isinstance(outer, ast.Attribute):
        return outer.attr.startswith("assign")
    name = ctx.name(outer.func) if isinstance(outer, ast.Call) else None
    return (
        (name or "").rpartition(".")[2].startswith(("assign", "update", "set_value", "moving_average_update"))
    )


def integers(call: ast.Call, ctx: Context, args: Arguments, row: Function) -> Answer:
    """``K.random_uniform(shape, 0, 10, dtype="int32")``: keras.random.uniform draws no integers."""
    holes = {name: args.get(name) for name in ("shape", "minval", "maxval", "dtype")}
    dtype = given_once(holes["dtype"], ctx) or holes["dtype"]
    name = (ctx.name(dtype) or "") if dtype is not None else ""
    said = ctx.literal(dtype) or name.rpartition(".")[2]
    if not isinstance(said, str) or not said.startswith(("int", "uint")) or "seed" in args:
        return None
    if holes["shape"] is None or holes["maxval"] is None:
        return None
    low = "minval" if holes["minval"] is not None else "0"
    text = f"keras.random.randint(shape, {low}, maxval, dtype=dtype)"
    given = {name: value for name, value in holes.items() if value is not None}
    return (ReplaceExpression(call, Code(text, given)),), Fix(row.fix)
