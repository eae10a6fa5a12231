"""IMP: names reached through a Keras that another file of the repository hands on (``from .backend import keras``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.catalogue import load
from codemods.edits import Code, ReplaceExpression, ReplaceReference
from codemods.names.values import Symbol
from codemods.rules.api import Match, visit
from codemods.rules.names.imports import MOVED, ONLY_TENSORFLOW, destination, real

if TYPE_CHECKING:
    from codemods.context import Context


@visit(MOVED, ONLY_TENSORFLOW, packages=("keras",))
def handed_on(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.layers.wrappers.Wrapper``: the import stands in another file, and the path was private."""
    if not isinstance(node, ast.Attribute):
        return
    root, members = _parts(node)
    home = ctx.value(root)
    if not isinstance(home, Symbol) or home.direct:
        return
    current: ast.expr = node
    while isinstance(current, ast.Attribute):
        symbol = ctx.value(current)
        if isinstance(symbol, Symbol):
            written = ".".join([home.name, *members])
            place = destination(symbol.name, written, ctx.target)
            if place is not None:
                yield from _respelled(current, root, home, written, place, symbol, ctx)
                return
        current = current.value
        members.pop()
        above = ctx.value(current)
        if isinstance(above, Symbol) and _module(above.name):
            return  # the module lives on, the name in it does not


def _respelled(
    node: ast.Attribute, root: ast.expr, home: Symbol, written: str, place: str, symbol: Symbol, ctx: Context
) -> Iterator[Match]:
    message = f"{written} becomes {real(place, ctx.target)}"
    if place == written:
        return
    if place.startswith(f"{home.name}."):
        edit = ReplaceExpression(node, Code(f"root.{place.removeprefix(f'{home.name}.')}", {"root": root}))
        yield Match(MOVED, node, message, edits=(edit,), symbol=symbol.name)
    elif place.startswith("tf."):
        edits = (ReplaceReference(node, place),)
        yield Match(ONLY_TENSORFLOW, node, message, edits=edits, symbol=symbol.name)


def _parts(node: ast.expr) -> tuple[ast.expr, list[str]]:
    members: list[str] = []
    while isinstance(node, ast.Attribute):
        members.insert(0, node.attr)
        node = node.value
    return node, members


def _module(name: str) -> bool:
    known = load().symbol(name)
    return name == "keras" or (known is not None and known.kind == "module")
