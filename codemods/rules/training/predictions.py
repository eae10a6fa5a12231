"""Numbers of predictions (family ``TRN``): what NumPy 2 no longer makes a number of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import MODEL, called_on, trust
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

SCALAR = SourceRule(
    code="TRN040",
    name="number-of-a-prediction",
    summary="A prediction is an array, which NumPy 2.4 converts to a number only if it has no dimensions.",
    severity=Severity.ERROR,
    targets=EVERYWHERE,
    why="`predict` returns one row per input. `float` and `int` accepted an array with one element; NumPy has "
    "warned since 1.25, and 2.4 raises `only 0-dimensional arrays can be converted to Python scalars`. `item()` "
    "returns the element in every NumPy, and refuses several.",
    references=("https://numpy.org/doc/stable/release/1.25.0-notes.html",),
    proofs=(Proof(expect="raises"),),
)
_NUMBERS = frozenset({"float", "int"})


@visit(SCALAR, methods={"predict", "predict_on_batch"}, of={MODEL})
def number_of(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``float(model.predict(x))``, ``int(model.predict(x)[0])``, and the same by a name."""
    model = called_on(call)
    fix = trust(ctx, model, MODEL, unknown=Fix.UNSAFE)
    for held in _held(call, ctx):
        array = _row(held, ctx)
        outer = ctx.parent(array)
        if (
            isinstance(outer, ast.Call)
            and isinstance(outer.func, ast.Name)
            and outer.func.id in _NUMBERS
            and outer.args == [array]
            and ctx.scope(outer).find(outer.func.id) is None
        ):
            edits = (ReplaceExpression(array, Code("array.item()", {"array": array})),)
            yield Match(SCALAR, outer, edits=edits, symbol=f"{MODEL}.predict", fix=fix)


def _held(call: ast.Call, ctx: Context) -> Iterator[ast.expr]:
    """The prediction, and the readings of the one name that it is bound to."""
    yield call
    outer = ctx.parent(call)
    if (
        not isinstance(outer, ast.Assign)
        or len(outer.targets) != 1
        or not isinstance(outer.targets[0], ast.Name)
    ):
        return
    name = outer.targets[0].id
    home = ctx.scope(call).find(name)
    if home is None or len(home.bindings[name]) != 1:
        return
    yield from ctx.uses(ctx.function(call) or ctx.module.tree, name)


def _row(node: ast.expr, ctx: Context) -> ast.expr:
    """The first row, where it is taken: an array still, of an output of two dimensions."""
    outer = ctx.parent(node)
    if isinstance(outer, ast.Subscript) and isinstance(ctx.literal(outer.slice), int):
        return outer
    return node
