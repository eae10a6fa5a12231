"""OPS: values of NumPy on the left of symbolic tensors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._holders import uses_of
from codemods.rules.api import Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

NUMPY_OPERAND = SourceRule(
    code="OPS008",
    name="numpy-operand",
    summary="A NumPy value cannot be the left operand of a symbolic tensor.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="In Keras 2, NumPy left `np.sqrt(8) * x` to the tensor. In Keras 3 it converts the KerasTensor to an array, "
    "which raises `A KerasTensor is symbolic: it's a placeholder for a shape an a dtype` (measured with 3.15, for "
    "scalars and arrays). With the tensor on the left it works, but a value of float64 makes the result float64.",
    references=("https://numpy.org/doc/stable/reference/arrays.classes.html#numpy.class.__array_priority__",),
    manual="use a Python number, float(np.sqrt(8)) * x, or keras.ops.multiply(array.astype(x.dtype), x)",
)
_PYTHON = frozenset({"numpy.asscalar", "numpy.ndim", "numpy.shape", "numpy.size"})
"""Functions whose results are Python's."""


@visit(NUMPY_OPERAND, prefixes=("numpy.",))
def numpy_operands(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``np.sqrt(8) * x``, and ``scale = np.sqrt(8); y = 2 * scale * x``."""
    call = None if isinstance(node, ast.alias) else ctx.callee(node)
    name = ctx.name(call.func) if call is not None else None
    if call is None or name is None or name in _PYTHON or name.startswith("numpy.random."):
        return
    for value in (call, *(uses_of(call, ctx) or ())):
        operand = _operand(value, ctx)
        if operand is not None:
            text = f"NumPy cannot compute with the symbolic tensor {ctx.source(operand.right)}"
            yield Match(NUMPY_OPERAND, operand, text)


def _operand(value: ast.expr, ctx: Context) -> ast.BinOp | None:
    """The operation whose left side is a value, or made of it, and whose right side is a symbolic tensor."""
    inner, outer = value, ctx.parent(value)
    while isinstance(outer, (ast.BinOp, ast.UnaryOp)):
        if isinstance(outer, ast.BinOp):
            if outer.left is inner and ctx.symbolic(outer.right):
                return outer
            if ctx.symbolic(outer.left):
                return None
        inner, outer = outer, ctx.parent(outer)
    return None
