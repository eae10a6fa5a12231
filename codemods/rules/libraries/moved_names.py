"""LIB: modules of SciPy and scikit-learn that are gone, and where their names went."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceStatement
from codemods.libraries import GONE, MOVED, PICTURES
from codemods.rules.api import EVERYWHERE, Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_SCIPY = "https://docs.scipy.org/doc/scipy/release/1.3.0-notes.html"
_SKLEARN = "https://scikit-learn.org/stable/whats_new/v0.20.html"
MOVED_NAME = SourceRule(
    code="LIB003",
    name="library-module-moved",
    summary="The module was removed; its names moved to another one.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="SciPy 1.3 removed the functions from `scipy.misc`, scikit-learn 0.20 removed `cross_validation` and "
    "`grid_search`, 0.23 `externals.joblib`: the import stops the program before it reaches Keras. If defaults "
    "changed in the process (five folds instead of three), the edit requires `--unsafe`.",
    references=(_SCIPY, _SKLEARN),
)
GONE_MODULE = SourceRule(
    code="LIB004",
    name="library-name-removed",
    summary="SciPy or scikit-learn no longer has this name.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="The module was removed without an equivalent successor, or the place cannot be rewritten automatically.",
    references=(_SCIPY, _SKLEARN),
    manual="import the replacement named in the release notes",
)


@visit(MOVED_NAME, nodes=(ast.ImportFrom,))
def moved(statement: ast.ImportFrom, ctx: Context) -> Iterator[Match]:
    """``from sklearn.cross_validation import train_test_split``."""
    if statement.level or statement.module not in MOVED:
        return
    place, same, similar = MOVED[statement.module]
    going = [alias for alias in statement.names if alias.name in same | similar]
    if not going:
        return
    staying = [alias for alias in statement.names if alias not in going]
    lines = [_import(place, going)]
    if staying:
        lines.append(f"from {statement.module} import {', '.join(map(ast.unparse, staying))}")
    fix = Fix.SAFE if all(alias.name in same for alias in going) else Fix.UNSAFE
    names = ", ".join(alias.name for alias in going)
    message = f"{names} of {statement.module} {'is' if len(going) == 1 else 'are'} in {place or names} now"
    edits = (ReplaceStatement(statement, Code("\n".join(lines))),)
    yield Match(MOVED_NAME, statement, message, edits=edits, symbol=statement.module, fix=fix)


@visit(GONE_MODULE, nodes=(ast.ImportFrom, ast.Import))
def gone_imports(statement: ast.ImportFrom | ast.Import, ctx: Context) -> Iterator[Match]:
    """``from scipy.misc import face``, ``import sklearn.cross_validation``."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.name in GONE and alias.name != "scipy.misc":
                yield Match(GONE_MODULE, alias, f"{alias.name} no longer exists", symbol=alias.name)
        return
    if statement.level:
        return
    handled = PICTURES if statement.module == "scipy.misc" else frozenset[str]()
    if statement.module in MOVED:
        _, same, similar = MOVED[statement.module]
        handled |= same | similar
    for alias in statement.names:
        path = f"{statement.module}.{alias.name}"
        if path in GONE - {"scipy.misc"} if statement.module not in GONE else alias.name not in handled:
            yield Match(GONE_MODULE, alias, f"{path} no longer exists", symbol=path)


@visit(GONE_MODULE, prefixes=tuple(f"{module}." for module in MOVED))
def gone_members(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``misc.face()``, where ``misc`` was imported from SciPy."""
    name = ctx.name(node) if isinstance(node, ast.Attribute) else None
    if name is None or not isinstance(node, ast.Attribute) or not ctx.direct(node):
        return
    module, _, member = name.rpartition(".")
    if member in PICTURES:
        return  # LIB007 speaks of it
    place, same, similar = MOVED[module]
    hint = f"{place or 'the package'} has it" if member in same | similar else ""
    yield Match(GONE_MODULE, node, f"{name} no longer exists", hint, symbol=name)


def _import(place: str, aliases: list[ast.alias]) -> str:
    names = ", ".join(map(ast.unparse, aliases))
    return f"from {place} import {names}" if place else f"import {names}"
