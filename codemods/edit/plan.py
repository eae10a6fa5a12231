"""Choose, from all edits requested by rules, those that can be applied together in one pass.

A plan is applied as a whole or deferred to the next pass. Two plans collide if they touch the same argument, or if
one replaces text that the other edits and does not keep it as a hole.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator

from codemods.context import Context
from codemods.edits import (
    AddParameter,
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
    RenameArgument,
    ReplaceExpression,
    ReplaceQuoted,
    ReplaceReference,
    ReplaceStatement,
    ReplaceString,
    SetArgument,
    anchor,
)
from codemods.rules.api import Match

_WHOLE = (ReplaceExpression, ReplaceQuoted, ReplaceReference, ReplaceStatement, ReplaceString)


class Plans:
    """The accepted plans of one pass."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._slots: set[tuple[ast.AST, str]] = set()
        self._anchors: set[ast.AST] = set()
        self._whole: dict[ast.AST, Edit] = {}
        self._inside: dict[ast.AST, list[ast.AST]] = {}
        """Ancestors of every accepted anchor."""
        self.accepted: list[Match] = []
        self.edits: list[Edit] = []

    def offer(self, found: Match) -> bool:
        """Accept a plan if it is compatible with those already accepted."""
        if not all(self._fits(edit) for edit in found.edits):
            return False
        for edit in found.edits:
            self._take(edit)
        self.accepted.append(found)
        self.edits.extend(found.edits)
        return True

    def _fits(self, edit: Edit) -> bool:
        node = anchor(edit)
        if any((node, slot) in self._slots for slot in _slots(edit)):
            return False
        if node in self._whole and not isinstance(edit, InsertStatement):
            return False
        if not isinstance(edit, InsertStatement) and self._swallowed(node):
            return False
        if isinstance(edit, _WHOLE):
            if node in self._anchors:
                return False
            kept = _holes(edit)
            if node in kept:  # all of it stays, with something added around it
                return True
            for inner in self._inside.get(node, ()):
                if inner is not node and not self._below(inner, kept, node):
                    return False
            if isinstance(edit, (ReplaceExpression, ReplaceStatement)) and self._loses_comment(edit):
                return False
        return True

    def _take(self, edit: Edit) -> None:
        node = anchor(edit)
        if _slots(edit):
            self._anchors.add(node)
        self._slots.update((node, slot) for slot in _slots(edit))
        if isinstance(edit, _WHOLE):
            self._whole[node] = edit
        for outer in self._context.parents(node):
            self._inside.setdefault(outer, []).append(node)

    def _swallowed(self, node: ast.AST) -> bool:
        """Whether an accepted plan replaces the text around a node without keeping it."""
        below: list[ast.AST] = [node]
        for outer in self._context.parents(node):
            edit = self._whole.get(outer)
            below.append(outer)
            if edit is not None and not any(hole in below for hole in _holes(edit)):
                return True
        return False

    def _below(self, node: ast.AST, kept: tuple[ast.AST, ...], stop: ast.AST) -> bool:
        current: ast.AST | None = node
        while current is not None and current is not stop:
            if current in kept:
                return True
            current = self._context.parent(current)
        return False

    def _loses_comment(self, edit: ReplaceExpression | ReplaceStatement) -> bool:
        source = self._context.source_file
        node = anchor(edit)
        start, end = source.span(node)
        text = source.text[start:end]
        if "#" not in text:
            return False
        holes = [source.span(hole) for hole in _holes(edit)]
        offsets = (start + offset for offset in _comments(text))
        return any(not any(low <= offset < high for low, high in holes) for offset in offsets)


def _comments(text: str) -> Iterator[int]:
    """Offsets of the comments in a piece of source; of every ``#`` if it cannot be tokenized alone."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("(" + text + "\n)").readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        yield from (place for place, letter in enumerate(text) if letter == "#")
        return
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield starts[row - 1] + column - (1 if row == 1 else 0)


def _holes(edit: Edit) -> tuple[ast.AST, ...]:
    code = getattr(edit, "code", None)
    return tuple(code.holes.values()) if isinstance(code, Code) else ()


def _slots(edit: Edit) -> Iterable[str]:
    match edit:
        case RenameArgument():
            return (f"argument {edit.old}", f"argument {edit.new}")
        case DropArgument() if isinstance(edit.argument, int):
            return ("positions",)
        case DropArgument():
            return (f"argument {edit.argument}",)
        case SetArgument():
            return (f"argument {edit.name}",)
        case NameArguments():
            return ("positions",)
        case InsertStatement() | AddParameter():
            return ()
        case _:
            return ("whole",)
