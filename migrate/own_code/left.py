"""What the rewrite of a slice leaves to a person, at the lines of the sources that it was cut out of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codemods.outcome import CodeFinding
from migrate.findings import Severity
from migrate.own_code.slices import Piece


@dataclass(frozen=True, slots=True)
class Left:
    """One line that the rules name and could not change.

    Attributes:
        place: where its author wrote it, such as ``crf.py:326``; empty where no line of the sources is like it.
        code: of the rule.
        message: of the finding, with its hint.
    """

    place: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.place or 'a line that was renamed'}: {self.code} {self.message}"


def left_of(findings: Sequence[CodeFinding], text: str, pieces: Sequence[Piece]) -> tuple[Left, ...]:
    """What is left of a rewrite.

    Args:
        findings: of the text, in its lines.
        text: that was rewritten.
        pieces: statements of the sources that are in it.
    """
    lines = [line.strip() for line in text.split("\n")]
    open_ = [one for one in findings if not one.applied and one.severity is Severity.ERROR]
    return tuple(
        Left(
            place_of(lines, one.line, pieces), one.code, one.message + (f" ({one.hint})" if one.hint else "")
        )
        for one in open_
    )


def place_of(lines: Sequence[str], number: int, pieces: Sequence[Piece]) -> str:
    """File and line of what stands in a line of the slice: of lines that are alike, the one that has its turn."""
    wanted = lines[number - 1] if 0 < number <= len(lines) else ""
    turn = lines[:number].count(wanted)
    alike = [
        f"{piece.file.name}:{piece.line + offset}"
        for piece in pieces
        for offset, line in enumerate(piece.text.split("\n"))
        if wanted and line.strip() == wanted
    ]
    return alike[turn - 1] if 0 < turn <= len(alike) else ""
