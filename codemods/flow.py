"""Which bindings of a name may have run where it is used: branches, loops and handlers of one scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.scopes import Binding

_TRANSPARENT = (ast.With, ast.AsyncWith)
"""Statements whose body runs whenever they do."""


def surely(binding: Binding, line: int) -> bool:
    """Whether a binding has run whenever a later line of its scope does: no branch of its own holds it."""
    body = getattr(binding.scope.node, "body", None)
    while isinstance(body, list):
        holder = next((s for s in body if s.lineno <= binding.line <= (s.end_lineno or s.lineno)), None)
        inner = next((b for b in _blocks(holder) if _spans(b, binding.line)), None) if holder else None
        if inner is None:
            return True
        if not _spans(inner, line) and not isinstance(holder, _TRANSPARENT):
            return False
        body = inner
    return True


def last_of(bindings: list[Binding], line: int) -> list[Binding]:
    """The last bindings before a line that may be the one in force: back to one that has surely run."""
    before = [found for found in bindings if found.line < line]
    if len(before) < 2:
        return before or bindings[:1]
    chosen: list[Binding] = []
    before.sort(key=lambda found: found.line)  # a handler may have been walked before what it guards
    for found in reversed(before):
        chosen.append(found)
        if surely(found, line):
            break
    return chosen


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list) and block:
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _spans(block: list[ast.stmt], line: int) -> bool:
    return block[0].lineno <= line <= (block[-1].end_lineno or block[-1].lineno)
