"""Statements that freeze or thaw models and layers, in the forms that programs have for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.edits import Code
from codemods.names.trees import walk
from codemods.names.values import Definition
from codemods.rules._evidence import given_once

if TYPE_CHECKING:
    from codemods.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A statement that freezes or thaws ``held``; ``setter`` is the project's function that it does so with."""

    held: ast.expr
    value: bool
    setter: ast.expr | None = None

    def again(self, value: bool) -> Code:
        """The statement that gives the same thing this value."""
        if self.setter is None:
            return Code(f"held.trainable = {value}", {"held": self.held})
        return Code(f"setter(held, {value})", {"setter": self.setter, "held": self.held})


def flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run once and in this order."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from flat(statement.body)
        else:
            yield statement


def settings_of(statement: ast.stmt, ctx: Context) -> Iterator[Setting]:
    """``x.trainable = False``, ``setattr``, the same in a loop over ``x.layers`` or ``[x, y]``, and a function for it.

    In a chain (``x.trainable = y.trainable = False``) each target must be of this kind.
    """
    if isinstance(statement, ast.For):
        yield from _in_loop(statement, ctx)
    elif isinstance(statement, ast.Assign):
        targets = [target for target in statement.targets if getattr(target, "attr", "") == "trainable"]
        value = ctx.literal(statement.value) if targets == statement.targets else None
        if isinstance(value, bool):
            yield from (Setting(t.value, value) for t in targets if isinstance(t, ast.Attribute))
    elif isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call):
        value = ctx.literal(call.args[-1]) if len(call.args) in {2, 3} and not call.keywords else None
        if not isinstance(value, bool):
            return
        if len(call.args) == 2 and _sets_trainable(call.func, ctx):
            yield Setting(call.args[0], value, call.func)
        elif getattr(call.func, "id", "") == "setattr" and ctx.literal(call.args[1]) == "trainable":
            yield Setting(call.args[0], value)


def _in_loop(loop: ast.For, ctx: Context) -> Iterator[Setting]:
    """What a loop sets that does this alone with each of its items."""
    inner = [found for part in loop.body for found in settings_of(part, ctx)]
    if len(inner) != 1 or ctx.source(inner[0].held) != ctx.source(loop.target):
        return
    items = given_once(loop.iter, ctx) or loop.iter
    if isinstance(items, ast.Attribute) and items.attr == "layers":
        yield Setting(items.value, inner[0].value)
    elif isinstance(items, (ast.List, ast.Tuple)):
        named = (item for item in items.elts if isinstance(item, (ast.Name, ast.Attribute)))
        yield from (Setting(item, inner[0].value, inner[0].setter) for item in named)


def _sets_trainable(function: ast.expr, ctx: Context) -> bool:
    """Whether a function of the project gives its second argument to ``trainable`` of its first one."""
    found = ctx.value(function)
    node = found.node if isinstance(found, Definition) else None
    if not isinstance(node, ast.FunctionDef) or len(node.args.args) != 2:
        return False
    given = node.args.args[1].arg
    return any(
        isinstance(part, ast.Assign)
        and getattr(part.value, "id", "") == given
        and getattr(part.targets[0], "attr", "") == "trainable"
        for part in walk(node)
    )
