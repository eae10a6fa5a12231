"""LIB: calls of pandas that left with 1.0, and one that gives other numbers since 2.0."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.context import Arguments
from codemods.edits import Code, ReplaceExpression, SetArgument
from codemods.rules.api import EVERYWHERE, UNTYPED, Match, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

AS_MATRIX = SourceRule(
    code="LIB005",
    name="as-matrix-of-pandas",
    summary="pandas has no `as_matrix`; `values` is the same array.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="`DataFrame.as_matrix` was removed in pandas 1.0. It returned the array that `values` returns, for the "
    "named columns. SciPy rotations have a method with this name, so a file that imports `Rotation` is skipped.",
    references=("https://pandas.pydata.org/docs/whatsnew/v1.0.0.html",),
)
DUMMIES = SourceRule(
    code="LIB006",
    name="dummies-of-pandas",
    summary="`get_dummies` returns booleans since pandas 2.0, and returned 8-bit numbers before.",
    severity=Severity.SILENT,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="One-hot targets created by `get_dummies` were `uint8`. As booleans they raise when subtracted, and `+` and "
    "`-` mean something else. The rule writes the old type explicitly, which pandas 0.23 and later accept.",
    references=("https://pandas.pydata.org/docs/whatsnew/v2.0.0.html",),
)
_PARAMETERS = ("data", "prefix", "prefix_sep", "dummy_na", "columns", "sparse", "drop_first", "dtype")


@visit(AS_MATRIX, methods={"as_matrix"}, of=UNTYPED)
def as_matrix(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``frame.as_matrix()``, ``frame.as_matrix(columns=["a", "b"])``."""
    imported = {
        path
        for statement, _ in ctx.module.index.imports
        for path in (getattr(statement, "module", None) or "", *(alias.name for alias in statement.names))
    }
    if "pandas" not in {path.partition(".")[0] for path in imported} or "Rotation" in imported:
        return
    given = Arguments(call, ("columns",))
    frame = call.func.value if isinstance(call.func, ast.Attribute) else None
    if frame is None or len(call.args) + len(call.keywords) > 1:
        return
    columns = given.get("columns")
    if columns is not None:
        code = Code("frame[columns].values", {"frame": frame, "columns": columns})
    elif call.args or call.keywords:
        return
    else:
        code = Code("frame.values", {"frame": frame})
    yield Match(AS_MATRIX, call, edits=(ReplaceExpression(call, code),), symbol="pandas.DataFrame.as_matrix")


@visit(DUMMIES, calls={"pandas.get_dummies"})
def dummies(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``pd.get_dummies(labels)``."""
    given = Arguments(call, _PARAMETERS)
    if not given.opaque and given.get("dtype") is None and not ctx.modern:
        edits = (SetArgument(call, "dtype", '"uint8"'),)
        yield Match(DUMMIES, call, edits=edits, symbol="pandas.get_dummies", argument="dtype")
