"""Code that was already written for several versions: leave it alone.

Two shapes count: a ``try`` whose handlers catch what a missing name raises and offer another way, and an ``if``
that asks for a version or for the presence of a name.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.context import Context

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_NAME_ERRORS = frozenset({"AttributeError", "TypeError"})
_SHORT = 4
"""A ``try`` body of more statements is no guard of a single use."""
_VERSION_TEST = re.compile(
    r"__version__|\bhasattr\(|keras_?3|is_keras|keras_version|tf_version|\bversion\.parse|\bVersion\(|_?TF_?2\b"
    r"|TF_USE_LEGACY_KERAS|find_spec",
    re.IGNORECASE,
)


def is_guarded(context: Context, node: ast.AST) -> bool:
    """Whether a node stands in a branch that exists because versions differ."""
    inner: ast.AST = node
    statement = context.statement(node)
    for outer in context.parents(node):
        if isinstance(outer, (ast.Try, ast.TryStar)) and _try_guards(outer, inner, statement):
            return True
        if isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test and _asks(context, outer.test):
            return True
        inner = outer
    return False


def _asks(context: Context, test: ast.expr) -> bool:
    return _VERSION_TEST.search(context.source(test)) is not None


def _try_guards(outer: ast.Try | ast.TryStar, inner: ast.AST, statement: ast.stmt | None) -> bool:
    if inner in outer.orelse or inner in outer.finalbody:
        return False
    caught = {name for handler in outer.handlers for name in _caught(handler)}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return bool(caught & _IMPORT_ERRORS) and any(_imports(handler) for handler in outer.handlers)
    return bool(caught & _NAME_ERRORS) and len(outer.body) <= _SHORT


def _caught(handler: ast.ExceptHandler) -> list[str]:
    if handler.type is None:
        return ["BaseException"]
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [getattr(item, "attr", getattr(item, "id", "")) for item in types]


def _imports(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(handler))
