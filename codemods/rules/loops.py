"""Hand-written loops: batches, states, generators (family ``TRN``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import (
    Code,
    DropArgument,
    RenameAttribute,
    ReplaceExpression,
    ReplaceStatement,
)
from codemods.names.trees import walk
from codemods.rules._evidence import METRIC, MODEL, owner, trust
from codemods.rules._training_rules import (
    TRN006,
    TRN007,
    TRN009,
    TRN010,
    TRN018,
)
from codemods.rules.api import Match, visit
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context


@visit(TRN006, TRN007, methods={"train_on_batch", "test_on_batch"})
def batches(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """Metrics of single batches."""
    model = owner(call)
    if model is None or (fix := trust(ctx, model, MODEL)) is None:
        return
    args = ctx.arguments(call)
    if "reset_metrics" in args.keywords:
        if ctx.literal(args.get("reset_metrics")) is True:
            edit = DropArgument(call, "reset_metrics")
            yield Match(TRN006, call, edits=(edit,), argument="reset_metrics", fix=fix)
        else:
            yield Match(TRN006, call, hint=TRN006.manual, argument="reset_metrics", fix=Fix.MANUAL)
    elif not ctx.at_least("3.13"):
        statement = ctx.statement(call)
        if statement is None or not _resets_before(statement, ctx):
            yield Match(TRN007, call)


def _resets_before(statement: ast.stmt, ctx: Context) -> bool:
    """Whether the statement before is a reset already."""
    block = ctx.parent(statement)
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(block, name, [])
        if isinstance(statements, list) and statement in statements:
            before = statements[: statements.index(statement)]
            return any("reset_metrics" in ctx.source(earlier) for earlier in before)
    return False


@visit(TRN009, TRN010, methods={"reset_states"})
def reset_states(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``reset_states`` of a model or a metric."""
    held = owner(call)
    assert isinstance(call.func, ast.Attribute)
    if held is None or call.args or call.keywords:
        return
    if (fix := trust(ctx, held, METRIC)) is not None:
        yield Match(TRN010, call, edits=(RenameAttribute(call.func, "reset_state"),), fix=fix)
        return
    statement = ctx.parent(call)
    if (fix := trust(ctx, held, MODEL)) is None:
        return
    if not isinstance(statement, ast.Expr):
        yield Match(TRN009, call, hint="call reset_states() of each recurrent layer", fix=Fix.MANUAL)
        return
    code = Code(
        "for layer in model.layers:\n    if hasattr(layer, 'reset_states'):\n        layer.reset_states()",
        {"model": held},
    )
    yield Match(TRN009, call, edits=(ReplaceStatement(statement, code),), fix=fix)


@visit(TRN018, nodes=(ast.Yield,))
def yielded_lists(node: ast.Yield, ctx: Context) -> Iterator[Match]:
    """Generators for ``fit`` that yield ``[x1, x2], y``."""
    value = node.value
    function = ctx.function(node)
    if not isinstance(value, ast.Tuple) or len(value.elts) not in {2, 3} or function is None:
        return
    lists = [part for part in value.elts[:2] if isinstance(part, ast.List) and len(part.elts) > 1]
    names = [
        part for part in value.elts[:2] if isinstance(part, ast.Name) and _holds_list(part, function, ctx)
    ]
    if not (lists or names) or not _fed_to_fit(function.name, ctx):
        return
    edits = [ReplaceExpression(part, _tuple(part)) for part in lists]
    edits += [ReplaceExpression(name, Code(f"tuple({name.id})")) for name in names]
    yield Match(TRN018, node, edits=tuple(edits))


def _holds_list(name: ast.Name, function: ast.AST, ctx: Context) -> bool:
    """Whether all that a name is given in a function are displays of several items."""
    given = [ctx.parent(use) for use in ctx.uses(function, name.id) if isinstance(use.ctx, ast.Store)]
    values = [statement.value if isinstance(statement, ast.Assign) else None for statement in given]
    return bool(values) and all(isinstance(value, ast.List) and len(value.elts) > 1 for value in values)


def _tuple(part: ast.List) -> Code:
    holes = {f"item_{index}": item for index, item in enumerate(part.elts)}
    return Code(f"({', '.join(holes)})", holes)


def _fed_to_fit(name: str, ctx: Context) -> bool:
    """Whether a function of this name is called among the arguments of ``fit``, or its result is."""
    takers = {"fit", "fit_generator", "evaluate", "evaluate_generator", "predict", "predict_generator"}
    made: set[str] = set()
    for statement in walk(ctx.module.tree):
        if isinstance(statement, ast.Assign) and _calls(statement.value, name):
            made |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    for call in walk(ctx.module.tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in takers:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(
                _calls(value, name) or (isinstance(value, ast.Name) and value.id in made) for value in given
            ):
                return True
    return False


def _calls(node: ast.expr, name: str) -> bool:
    callee = node.func if isinstance(node, ast.Call) else None
    if isinstance(callee, ast.Attribute):
        return (
            callee.attr == name and isinstance(callee.value, ast.Name) and callee.value.id in {"self", "cls"}
        )
    return isinstance(callee, ast.Name) and callee.id == name
