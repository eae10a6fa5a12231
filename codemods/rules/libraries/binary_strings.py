"""LIB: bytes that NumPy read with ``fromstring``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.context import Arguments
from codemods.edits import Code, ReplaceExpression
from codemods.rules.api import EVERYWHERE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

BINARY = SourceRule(
    code="LIB008",
    name="bytes-read-by-fromstring",
    summary="`numpy.fromstring` reads only text; bytes are read by `frombuffer`.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    targets=EVERYWHERE,
    why="Without `sep`, `fromstring` interpreted the bytes of a file or of a request as numbers. NumPy has warned "
    "since 1.14 and raises since 2.3. `frombuffer` gives the same numbers for the same bytes as a read-only array; "
    "a copy is writable, as before.",
    references=("https://numpy.org/doc/stable/release/2.3.0-notes.html",),
    proofs=(Proof(expect="raises"),),
)
_PARAMETERS = ("string", "dtype", "count", "sep")


@visit(BINARY, calls={"numpy.fromstring"})
def binary(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``np.fromstring(data, np.uint8)``, without ``sep``."""
    given = Arguments(call, _PARAMETERS)
    data = given.get("string")
    if given.opaque or data is None or given.get("sep") is not None or given.keywords.keys() - {*_PARAMETERS}:
        return
    holes: dict[str, ast.expr] = {"data": data}
    written = ["data"]
    for name in ("dtype", "count"):
        value = given.get(name)
        if value is not None:
            holes[f"given_{name}"] = value
            written.append(f"{name}=given_{name}")
    code = Code(f"numpy.frombuffer({', '.join(written)}).copy()", holes)
    yield Match(BINARY, call, edits=(ReplaceExpression(call, code),), symbol="numpy.fromstring")
