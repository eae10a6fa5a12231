"""LAY: lists of a model's layers and outputs that are changed in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import MODEL, trust
from codemods.rules.api import GUIDE, Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

LISTS = SourceRule(
    code="LAY128",
    name="layers-changed-in-place",
    summary="model.layers and model.outputs do not change the model when they are changed.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    why="Stand-alone Keras returned its own list: after `model.layers.pop()` and `model.outputs = "
    "[model.layers[-1].output]` the model ended one layer earlier, and `model.layers[-1]` was another layer. Keras 3 "
    "returns a new list each time and computes the graph that the model was built from: nothing changes, and no error "
    "is raised.",
    references=("keras-team/keras#2371", "https://keras.io/guides/transfer_learning/", GUIDE),
    manual="model.pop() for a Sequential; otherwise make keras.Model(model.inputs, model.layers[-2].output)",
)
_CHANGES = frozenset({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})


@visit(LISTS, attributes={"layers"}, of={MODEL})
def changed_lists(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.layers.pop()``, ``del model.layers[-1]``."""
    change = _change(ctx.parent(node), ctx)
    if change and trust(ctx, node.value, MODEL) is not None:
        text = f"{ctx.source(node)} is a new list each time: {change} does not change the model"
        yield Match(LISTS, node, text, symbol="keras.Model.layers")


def _change(outer: ast.AST | None, ctx: Context) -> str:
    """What is done to the list that stands inside an expression; empty when it is only read."""
    if isinstance(outer, ast.Attribute) and outer.attr in _CHANGES and ctx.callee(outer) is not None:
        return f"{outer.attr}()"
    if isinstance(outer, ast.Subscript) and not isinstance(outer.ctx, ast.Load):
        return "deleting an item" if isinstance(outer.ctx, ast.Del) else "assigning an item"
    return ""


@visit(LISTS, attributes={"inputs", "outputs"}, of={MODEL})
def assigned_ends(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``model.outputs = [model.layers[-1].output]``, and ``model.outputs[0] = …``."""
    change = isinstance(node.ctx, ast.Store) or _change(ctx.parent(node), ctx)
    if change and trust(ctx, node.value, MODEL) is not None:
        text = f"changing {ctx.source(node)} does not change what the model computes"
        yield Match(LISTS, node, text, symbol=f"keras.Model.{node.attr}")
