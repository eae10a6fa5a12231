"""The part of a file that needs a syntax tree: the changed statements and the blocks around them.

LibCST takes twenty times as long per line as ``ast``. So it gets a text in which every run of unedited statements
is one short statement, and the run is put back into the result. Blocks keep their headers, their
indentation and the white space around the runs, so that an edit sees its real surroundings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codemods.edit.splice import Piece, Splice
from codemods.files.source import Source

_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
_LINE_ENDS = re.compile(r"\r\n?|\n")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_MARGIN = re.compile(r"(?:\r\n|\r|\n)(?P<space>[ \t\f]*)(?P<comment>#[^\r\n]*)?(?=\r|\n|\Z)")
"""A line without code below another one."""


class Skeleton:
    """A text without the unchanged statements.

    Args:
        source: the old text.
        tree: its syntax tree.
        touched: the statements with an edit that changes the tree, and the blocks around them.
        pieces: replaced tokens, wherever they are.
    """

    def __init__(
        self, source: Source, tree: ast.Module, touched: set[ast.stmt], pieces: Sequence[Piece]
    ) -> None:
        self._source = source
        self._touched = touched | _first_block(tree)
        self._name = "_run"
        while self._name in source.text:
            self._name += "_"
        self._plain = Splice(source.text, pieces)
        self._runs: list[str] = []
        uniform = len(set(_LINE_ENDS.findall(source.text))) < 2
        masks = list(self._masks(tree.body)) if uniform else []
        self._spliced = Splice(source.text, [*pieces, *masks])
        self.text = self._spliced.text
        self.span = self._spliced.span

    def restored(self, code: str) -> str:
        """The text that the skeleton became, with everything that was left out put back."""
        return re.sub(rf"del {self._name}(\d+)_", lambda found: self._runs[int(found[1])], code)

    def _masks(self, block: Sequence[ast.stmt]) -> Iterator[Piece]:
        """The statement that replaces each run of unchanged statements of a block."""
        run: list[ast.stmt] = []
        for line in self._lines(block):
            if self._touched.isdisjoint(line):
                run += line
                continue
            if run:
                yield self._mask(run)
                run = []
            for statement in line:
                for inner in self._blocks(statement):
                    yield from self._masks(inner)
        if run:
            yield self._mask(run)

    def _lines(self, block: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
        """The statements of a block; those on the same line are grouped."""
        line: list[ast.stmt] = []
        for statement in block:
            if line and statement.lineno > (line[-1].end_lineno or 0):
                yield line
                line = []
            line.append(statement)
        if line:
            yield line

    def _blocks(self, statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
        """The indented blocks of a statement, including those of its ``elif``."""
        for block in blocks(statement):
            start = self._start(block[0])
            if self._source.text.startswith("elif", start):
                yield from self._blocks(block[0])
            elif not self._source.text[self._line_start(start) : start].strip():
                yield block

    def _mask(self, run: Sequence[ast.stmt]) -> Piece:
        start = self._start(run[0])
        end = self._end(run[-1], start - self._line_start(start))
        self._runs.append(self._plain.segment(start, end))
        return Piece(start, end, f"del {self._name}{len(self._runs) - 1}_")

    def _start(self, statement: ast.stmt) -> int:
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
        return self._source.offset(first, statement.col_offset)

    def _line_start(self, offset: int) -> int:
        return max(self._source.text.rfind("\n", 0, offset), self._source.text.rfind("\r", 0, offset)) + 1

    def _end(self, statement: ast.stmt, indentation: int) -> int:
        """Where the last line of a statement ends, or of the comments below its block that are indented like it."""
        text = self._source.text
        found = _REST_OF_LINE.match(text, self._source.span(statement)[1])
        assert found is not None
        at = end = found.end()
        while any(blocks(statement)) and (margin := _MARGIN.match(text, at)) is not None:
            at = margin.end()
            if margin["comment"] is not None and len(margin["space"]) > indentation:
                end = at
        rest = text[end:]
        return (
            end + len(rest.rstrip("\r\n")) if not rest.strip() else end
        )  # LibCST loses white space at the end


def blocks(statement: ast.AST) -> Iterator[Sequence[ast.stmt]]:
    """The lists of statements inside a statement, in the order of the text."""
    for name in _BLOCKS:
        for item in getattr(statement, name, ()):
            if isinstance(item, ast.stmt):
                yield getattr(statement, name)
                break
            if isinstance(item, (ast.ExceptHandler, ast.match_case)):
                yield item.body


def _first_block(tree: ast.Module) -> set[ast.stmt]:
    """The first statement with an indented block, which determines the indentation that LibCST uses for new lines."""
    indented = (s for s in tree.body if any(block[0].lineno > s.lineno for block in blocks(s)))
    return set(list(indented)[:1])
