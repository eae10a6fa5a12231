"""A text with some pieces replaced, and the mapping of positions from the old text to the new one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Piece(NamedTuple):
    """The text that replaces what is between two character offsets."""

    start: int
    end: int
    text: str


class Splice:
    """A text after its pieces were replaced.

    Args:
        text: the old text.
        pieces: replaced pieces, none empty; of pieces inside another only the outer one counts.
    """

    def __init__(self, text: str, pieces: Iterable[Piece]) -> None:
        self.pieces: list[Piece] = []
        for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):
            if not self.pieces or piece.start >= self.pieces[-1].end:
                self.pieces.append(piece)
        parts: list[str] = []
        self._ends: list[int] = []
        self._shifts = [0]
        """By the number of pieces that end before an offset: how far it moved."""
        at = 0
        for piece in self.pieces:
            parts += (text[at : piece.start], piece.text)
            at = piece.end
            self._ends.append(piece.end)
            self._shifts.append(self._shifts[-1] + len(piece.text) - (piece.end - piece.start))
        self.text = "".join((*parts, text[at:]))

    def offset(self, old: int) -> int:
        """The offset in the new text of a place that is inside no piece."""
        return old + self._shifts[bisect_right(self._ends, old)]

    def span(self, old: tuple[int, int]) -> tuple[int, int]:
        """The same for a start and an end."""
        return self.offset(old[0]), self.offset(old[1])

    def segment(self, start: int, end: int) -> str:
        """The new text between two places of the old one that are inside no piece."""
        return self.text[self.offset(start) : self.offset(end)]
