"""The lines of a file that its page shows: the diff, and the context of findings outside the diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate.report.compatibility.records import Hunk

CONTEXT = 2
MAX_WIDTH = 240
"""Longer lines are truncated: a page of data in one line helps nobody."""
MAX_LINES = 2_000
_HEADER = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_Line = tuple[str, int, int, str]


def hunks(diff: str, source: str, lines: Iterable[int]) -> list[Hunk]:
    """Pieces of a file in order of their old line numbers.

    Args:
        diff: unified diff of the rewrite, or empty.
        source: text before the rewrite, or empty if not available.
        lines: lines (from 1) that findings point at.
    """
    changed = list(_parse(diff))
    covered = {old for piece in changed for _, old, _, _ in piece if old}
    rest = sorted({line for line in lines if line > 0} - covered)
    around = list(_around(source.splitlines(), rest, covered)) if source else []
    pieces = sorted(changed + around, key=_first)
    total, kept = 0, []
    for piece in pieces:
        total += len(piece)
        if total > MAX_LINES:
            break
        kept.append(Hunk(lines=piece))
    return kept


def _first(piece: list[_Line]) -> int:
    return next((old for _, old, _, _ in piece if old), 0)


def _parse(diff: str) -> Iterator[list[_Line]]:
    piece: list[_Line] = []
    old = new = 0
    for line in diff.split("\n"):
        if header := _HEADER.match(line):
            if piece:
                yield piece
            piece, old, new = [], int(header[1]), int(header[2])
        elif not old and not new:
            continue  # file names before the first hunk
        elif line.startswith("-"):
            piece.append(("-", old, 0, _cut(line[1:])))
            old += 1
        elif line.startswith("+"):
            piece.append(("+", 0, new, _cut(line[1:])))
            new += 1
        elif line.startswith(" "):
            piece.append((" ", old, new, _cut(line[1:])))
            old, new = old + 1, new + 1
    if piece:
        yield piece


def _around(text: list[str], wanted: list[int], covered: set[int]) -> Iterator[list[_Line]]:
    piece: list[_Line] = []
    last = 0
    for line in wanted:
        for number in range(max(line - CONTEXT, last + 1), min(line + CONTEXT, len(text)) + 1):
            if number in covered:
                continue
            if piece and number != piece[-1][1] + 1:
                yield piece
                piece = []
            piece.append((" ", number, 0, _cut(text[number - 1])))
            last = number
    if piece:
        yield piece


def _cut(line: str) -> str:
    line = line.rstrip("\r")
    return line if len(line) <= MAX_WIDTH else line[:MAX_WIDTH] + " …"
