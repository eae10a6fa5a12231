"""Which bindings of a name may have run where it is used: branches, loops and handlers of one scope."""

from __future__ import annotations

import ast
from bisect import bisect_right
from operator import attrgetter

from codemods.names.scopes import Binding

_TRANSPARENT = (ast.With, ast.AsyncWith)
"""Statements whose body runs whenever they do."""
_COMPOUND = (*_TRANSPARENT, ast.If, ast.For, ast.While, ast.Try, ast.AsyncFor, ast.Match, ast.TryStar)
_first_line = attrgetter("lineno")


def surely(binding: Binding, line: int) -> bool:
    """Whether a binding has run whenever a later line of its scope does: no branch of its own holds it."""
    body = getattr(binding.scope.node, "body", None)
    while isinstance(body, list):
        holder = body[bisect_right(body, binding.line, key=_first_line) - 1]
        inner = _block_at(holder, binding.line) if isinstance(holder, _COMPOUND) else None
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


def _block_at(statement: ast.stmt, line: int) -> list[ast.stmt] | None:
    """The block of a compound statement that holds a line."""
    parts = (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
    for part in parts:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(part, name, None)
            if block and _spans(block, line):
                found: list[ast.stmt] = block
                return found
    return None


def _spans(block: list[ast.stmt], line: int) -> bool:
    return block[0].lineno <= line <= (block[-1].end_lineno or block[-1].lineno)
