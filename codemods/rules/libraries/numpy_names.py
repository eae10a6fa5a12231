"""LIB: names of NumPy that left with 1.24, 2.0 and 2.4."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression, ReplaceReference
from codemods.libraries import NUMPY, NUMPY_HINTS
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_NOTES = "https://numpy.org/doc/stable/numpy_2_0_migration_guide.html"
ALIAS = SourceRule(
    code="LIB001",
    name="numpy-alias-removed",
    summary="The NumPy name was an alias that NumPy has removed.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="`np.int`, `np.float` and `np.object` were Python's types until NumPy 1.24; `np.Inf`, `np.NaN`, `np.float_` "
    "and others were aliases until 2.0. Keras 3 runs with NumPy 2, where accessing them raises AttributeError. The "
    "rule writes their target instead, which every NumPy has.",
    references=("https://numpy.org/doc/stable/release/1.24.0-notes.html", _NOTES),
    proofs=(Proof(expect="raises"),),
)
GONE = SourceRule(
    code="LIB002",
    name="numpy-name-removed",
    summary="NumPy no longer has this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="NumPy 1.18 to 2.4 removed functions whose successors are called differently.",
    references=("https://numpy.org/doc/stable/release/2.4.0-notes.html", _NOTES),
    manual="see the hint",
)
_TYPES = frozenset({"isinstance", "issubclass", "type"})


@visit(ALIAS, GONE, references=frozenset(f"numpy.{name}" for name in NUMPY))
def aliases(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``dtype=np.float``, ``np.Inf``; the same by a name that the file imported."""
    name = ctx.name(node) if isinstance(node, ast.expr) else None
    if name is None or not isinstance(node, ast.expr) or not ctx.direct(node):
        return
    to = NUMPY[name.removeprefix("numpy.")]
    if to.startswith("numpy."):
        yield Match(ALIAS, node, f"{name} is gone", edits=(ReplaceReference(node, to),), symbol=name)
    elif ctx.scope(node).find(to) is not None:
        yield Match(
            GONE,
            node,
            f"{name} was removed, and the file defines its own {to}",
            f"write builtins.{to}",
            symbol=name,
        )
    elif to != "bool":
        yield Match(ALIAS, node, f"{name} is gone", edits=(ReplaceExpression(node, Code(to)),), symbol=name)
    elif not ctx.modern and _asks_for_types(node, ctx):
        yield Match(
            GONE,
            node,
            f"{name} was Python's bool, and is a NumPy class since 2.0",
            "write bool",
            symbol=name,
        )
    elif not ctx.modern:
        yield Match(
            ALIAS, node, f"{name} was Python's bool", edits=(ReplaceExpression(node, Code(to)),), symbol=name
        )


@visit(GONE, references=frozenset(f"numpy.{name}" for name in NUMPY_HINTS))
def gone(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``np.asscalar(x)``."""
    name = ctx.name(node) if isinstance(node, ast.expr) else None
    if name is not None and isinstance(node, ast.expr) and ctx.direct(node):
        hint = NUMPY_HINTS[name.removeprefix("numpy.")]
        yield Match(GONE, node, f"{name} is gone", hint, symbol=name)


def _asks_for_types(node: ast.expr, ctx: Context) -> bool:
    """Whether a class is compared with that of an object: then NumPy's own ``bool`` is not that of Python."""
    for outer in ctx.parents(node):
        if isinstance(outer, ast.Compare):
            return True
        if isinstance(outer, ast.Call):
            return isinstance(outer.func, ast.Name) and outer.func.id in _TYPES
    return False
