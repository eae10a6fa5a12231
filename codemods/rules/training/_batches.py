"""The batches that generators yield, and whether models are given them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.names.feeding import TAKERS, fed_to_models
from codemods.names.trees import walk
from codemods.rules._evidence import method_of

if TYPE_CHECKING:
    from codemods.context import Context


def batch_of(node: ast.Yield, ctx: Context) -> ast.expr | None:
    """What a ``yield`` gives: the value itself, or what a method of the same class returns to the first one of it."""
    value = node.value
    cls = ctx.class_of(node)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and cls is not None:
        name = value.func.attr
        method = method_of(cls, name) if _calls(value, name) else None
        returned = [part.value for part in walk(method) if isinstance(part, ast.Return)] if method else []
        yields = (part for part in walk(cls) if isinstance(part, ast.Yield))
        lines = (part.lineno for part in yields if part.value is not None and _calls(part.value, name))
        first = min(lines, default=0)
        return returned[0] if len(returned) == 1 and node.lineno == first else None
    return value


def fed_to_fit(node: ast.Yield, ctx: Context) -> bool:
    """Whether what the function of a ``yield`` gives is among the arguments of ``fit``, here or in another file."""
    function = ctx.function(node)
    if function is None:
        return False
    outer = ctx.parent(function)
    cls = outer.name if isinstance(outer, ast.ClassDef) else ""
    module = ctx.module
    if _called_for_fit(function.name, ctx) or (module.name, cls, function.name) in fed_to_models(module):
        return True
    repository = module.repository
    return repository is not None and repository.feeds_models(module.name, cls, function.name)


def _called_for_fit(name: str, ctx: Context) -> bool:
    """Whether a function of this name is called among the arguments of ``fit``, or its result is."""
    made: set[str] = set()
    for statement in walk(ctx.module.tree):
        if isinstance(statement, ast.Assign) and _calls(statement.value, name):
            made |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    for call in walk(ctx.module.tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in TAKERS:
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
