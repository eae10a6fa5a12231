"""``K.batch_dot`` without axes, which depended on the ranks of its arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import Function
from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.operations._answers import Answer
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Arguments, Context

_NAME = "keras2_batch_dot"
_HELPER = f'''\
def {_NAME}(x, y):
    """K.batch_dot(x, y): the last axis of x with the last but one of y, or with the last of a y of two dimensions."""
    shared = chr(96 + len(x.shape))
    axes = ["a", *(chr(111 + axis) for axis in range(1, len(y.shape)))]
    axes[-1 if len(axes) == 2 else -2] = shared
    first = "".join(chr(97 + axis) for axis in range(len(x.shape)))
    second = "".join(axes)
    kept = first[:-1] + second[1:].replace(shared, "")
    result = keras.ops.einsum(f"{{first}},{{second}}->{{kept}}", x, y)
    return keras.ops.expand_dims(result, -1) if kept == "a" else result
'''


def batch_dot(call: ast.Call, ctx: Context, args: Arguments, _: Function) -> Answer:
    """``K.batch_dot(weights, values)``: a function that asks for the ranks when it is called, as Keras 2 did."""
    if not _without_axes(args, ctx):
        return None
    x, y = args.get("x"), args.get("y")
    assert x is not None
    assert y is not None
    code = Code(f"{_NAME}(x, y)", {"x": x, "y": y})
    return (*defined_once(ctx, call, _NAME, _HELPER, _calls(ctx)), ReplaceExpression(call, code)), Fix.SAFE


def _without_axes(args: Arguments, ctx: Context) -> bool:
    axes = args.get("axes")
    given = axes is not None and ctx.literal(axes, ...) is not None
    return "x" in args and "y" in args and not args.opaque and not given


def _calls(ctx: Context) -> Iterator[ast.expr]:
    for call, _ in ctx.module.index.calls:
        named = ctx.name(call.func) == "keras.backend.batch_dot"
        if named and _without_axes(ctx.arguments(call, "x", "y", "axes"), ctx):
            yield call
