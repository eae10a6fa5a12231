"""Names and attributes that hold what a call makes, and how often that is used."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codemods.names.trees import walk

if TYPE_CHECKING:
    from codemods.context import Context

_REPEATS = (
    *(ast.For, ast.While, ast.comprehension, ast.ListComp, ast.GeneratorExp),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
)
"""What may evaluate a use of a name more than once for one assignment around it."""


def uses_of(call: ast.Call, ctx: Context) -> list[ast.expr] | None:
    """Where the only name or attribute of ``self`` is read that holds what a call makes; None without such a one."""
    statement = ctx.parent(call)
    targets: Sequence[ast.expr] = ()
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = (statement.target,)
    target = targets[0] if len(targets) == 1 else None
    if isinstance(target, ast.Name):
        home = ctx.scope(call).find(target.id)
        if home is None or len(home.bindings[target.id]) > 1:
            return None
        uses = ctx.uses(ctx.module.tree, target.id)
        return [u for u in uses if isinstance(u.ctx, ast.Load) and ctx.scope(u).find(target.id) is home]
    cls = ctx.class_of(call)
    if cls is None or not isinstance(target, ast.Attribute) or ctx.source(target.value) != "self":
        return None
    text = ctx.source(target)
    nodes = [n for n in walk(cls) if isinstance(n, ast.Attribute) and ctx.source(n) == text]
    reads: list[ast.expr] = [node for node in nodes if isinstance(node.ctx, ast.Load)]
    return reads if len(nodes) == len(reads) + 1 else None


def is_repeated(use: ast.expr, call: ast.Call, ctx: Context) -> bool:
    """Whether a use may be evaluated more often than the call: in a loop or function that does not have both."""
    around = set(ctx.parents(call))
    return any(isinstance(outer, _REPEATS) for outer in ctx.parents(use) if outer not in around)
