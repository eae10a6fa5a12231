"""What can be seen of the end of a path that is put together."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression
from codemods.rules._evidence import text

if TYPE_CHECKING:
    from codemods.context import Context


def with_ending(node: ast.expr, ctx: Context, old: tuple[str, ...], new: str) -> tuple[Edit, ...]:
    """The edit that gives a path, put together or not, another extension; none when its end cannot be seen."""
    last = last_text(node, ctx)
    if isinstance(last, ast.JoinedStr):
        whole = ctx.source(last)
        quote = whole[-1:]
        extension = next((end for end in old if whole.endswith(end + quote)), "")
        if extension:
            return (ReplaceExpression(last, Code(f"{whole[: -len(extension) - 1]}{new}{quote}")),)
        return ()
    if last is None or not isinstance(value := ctx.literal(last), str):
        return ()
    extension = next((end for end in old if value.endswith(end)), "")
    return (text(ctx, last, value[: -len(extension)] + new),) if extension else ()


_PATH_CALLS = frozenset({"Path", "PurePath", "abspath", "fspath", "realpath", "resource_filename", "str"})
"""Functions whose path ends as their last argument does."""


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def last_text(node: ast.expr, ctx: Context) -> ast.expr | None:
    """The literal that a path ends with, None when there is none to be seen."""
    last: ast.expr | None = node
    while last is not None and not isinstance(last, (ast.Constant, ast.JoinedStr)):
        match last:
            case ast.BinOp(op=ast.Add() | ast.Div(), right=right):
                last = right
            case ast.BinOp(op=ast.Mod(), left=left):
                last = left
            case ast.Call(func=ast.Attribute(attr="format", value=value)):
                last = value
            case ast.Call(args=[*_, final]) if ctx.name(last.func) == "os.path.join":
                last = final
            case ast.Call(func=func, args=[*_, final]) if _last_name(func) in _PATH_CALLS:
                last = final
            case _:
                last = None
    return last


def other_end(node: ast.expr, ctx: Context, end: str, new: str) -> tuple[Edit, ...]:
    """The edit that gives a path another visible end; none when the literal is not written as its value is."""
    last = last_text(node, ctx)
    if isinstance(last, ast.JoinedStr):
        whole = ctx.source(last)
        braces = str.maketrans({"{": "{{", "}": "}}"})
        tail = end.translate(braces) + whole[-1:]
        if not whole.endswith(tail):
            return ()
        return (ReplaceExpression(last, Code(whole[: -len(tail)] + new.translate(braces) + whole[-1:])),)
    return (text(ctx, last, new),) if last is not None else ()


def visible_end(node: ast.expr | None, ctx: Context) -> str:
    """The literal text that a path, put together or not, ends with; empty when none is seen."""
    last = last_text(node, ctx) if node is not None else None
    outer = ctx.parent(last) if last is not None else None
    if isinstance(last, ast.JoinedStr):
        last = last.values[-1] if last.values else None
    value = ctx.literal(last)
    filled = isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mod)
    if not isinstance(value, str) or (filled and _ENDS_IN_TEXT.search(value)):
        return ""
    return value


_ENDS_IN_TEXT = re.compile(r"%(\(\w+\))?[-+ #0]*[\d.*]*[sr]$")
"""A format that ends with text that is filled in, which may have an extension: ``"%s/%s"``."""


def without_suffix(node: ast.expr | None, ctx: Context) -> bool:
    """Whether a path visibly ends with the name of a folder, or of a file without an extension."""
    name = posixpath.basename(visible_end(node, ctx))
    return re.search(r"\w$", name) is not None and "." not in name


def only_value(function: ast.AST, name: str, ctx: Context, others: frozenset[str]) -> ast.expr | None:
    """What a name is given in a function, when that is one thing and none of some others is given it."""
    uses = ctx.uses(function, name)
    stores = [ctx.parent(use) for use in uses if isinstance(use.ctx, ast.Store)]
    for use in uses:
        outer = ctx.parent(use)
        if isinstance(outer, ast.Call):
            callee = (
                outer.func.attr if isinstance(outer.func, ast.Attribute) else getattr(outer.func, "id", "")
            )
            if callee in others:
                return None
    statement = stores[0] if len(stores) == 1 else None
    return statement.value if isinstance(statement, ast.Assign) else None
