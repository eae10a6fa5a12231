"""How sure a rule can be that an object is what its method suggests."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression, ReplaceString
from migrate.findings import Fix

if TYPE_CHECKING:
    from codemods.context import Context

MODEL = "keras.Model"
LAYER = "keras.layers.Layer"
METRIC = "keras.metrics.Metric"
OPTIMIZER = "keras.optimizers.Optimizer"
LOSS = "keras.losses.Loss"


def trust(ctx: Context, node: ast.expr, *classes: str, unknown: Fix | None = None) -> Fix | None:
    """Safe when an object is certainly of a class, unsafe when probably.

    Args:
        ctx: the file.
        node: the object.
        classes: any of them will do.
        unknown: the answer when nothing is known of the object. None also when it is known to be something
            else.
    """
    receiver = ctx.receiver(node)
    if receiver is None:
        return None if ctx.name(node) is not None or _foreign(ctx, node) else unknown
    if not any(ctx.isa(receiver, cls) for cls in classes):
        return None
    return Fix.SAFE if receiver.certain else Fix.UNSAFE


def _foreign(ctx: Context, node: ast.expr) -> bool:
    """Whether an object is a module the file imports, or what a function of another package returned."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if isinstance(node, ast.Call):
        return ctx.name(node.func) is not None or _foreign(ctx, node.func)
    if not isinstance(node, ast.Name):
        return False
    return any(
        node.id == (alias.asname or alias.name.partition(".")[0])
        for statement, _ in ctx.module.index.imports
        for alias in statement.names
    )


def text(ctx: Context, node: ast.expr, value: str) -> Edit:
    """Another value for a string literal; one that is put together of several is written anew."""
    literal = ctx.source(node)
    plain = len(literal) > 1 and literal[-1] in "\"'" and literal.count(literal[-1]) in {2, 6}
    return ReplaceString(node, value) if plain else ReplaceExpression(node, Code(repr(value)))


def owner(call: ast.Call) -> ast.expr | None:
    """``model`` of ``model.fit(...)``."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def same_call(call: ast.Call, method: str, suffix: str = "") -> Code:
    """The call with all its arguments under another method name, and something behind it."""
    holes: dict[str, ast.expr] = {"owner_": call.func.value} if isinstance(call.func, ast.Attribute) else {}
    parts: list[str] = []
    for index, value in enumerate(call.args):
        star = "*" if isinstance(value, ast.Starred) else ""
        holes[f"argument_{index}"] = value.value if isinstance(value, ast.Starred) else value
        parts.append(f"{star}argument_{index}")
    for index, keyword in enumerate(call.keywords):
        holes[f"keyword_{index}"] = keyword.value
        parts.append(f"{keyword.arg}=keyword_{index}" if keyword.arg else f"**keyword_{index}")
    return Code(f"owner_.{method}({', '.join(parts)}){suffix}", holes)


def super_init(node: ast.AST) -> bool:
    """Whether a node is ``super().__init__`` or ``super(X, self).__init__``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "__init__"
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "super"
    )


def method_of(cls: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The definition of a method in the body of a class."""
    for statement in cls.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return statement
    return None
