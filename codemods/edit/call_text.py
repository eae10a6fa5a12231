"""Edits of a call's arguments as text, where no comment stands between the arguments.

What comes out is what `codemods.edit.calls` makes of a tree; None where only a tree tells what belongs to which
argument.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from codemods.edit.splice import Piece
from codemods.edits import DropArgument, Edit, NameArguments, RenameArgument, SetArgument
from codemods.files.source import Source

_COMMA = re.compile(r"\s*,(?P<space>\s*)")
_OPEN = re.compile(r"\s*\((?P<space>\s*)")
_END = re.compile(r"\s*,?\s*\)")
_NEW_LINE = re.compile(r"\n[ \t]*")


def edited(
    source: Source, call: ast.Call, edits: Sequence[Edit], valued: Callable[[SetArgument], str | None]
) -> list[Piece] | None:
    """What is replaced in the text of a call.

    Args:
        source: the file.
        call: the call.
        edits: all edits of its arguments.
        valued: the text of a new value; None when it is left to a tree.
    """
    text = source.text
    arguments: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=source.span)
    spans = [source.span(argument) for argument in arguments]
    opening, end = source.span(call.func)[1], source.span(call)[1]
    gaps = [
        text[a:b]
        for a, b in zip([opening, *(e for _, e in spans)], [*(s for s, _ in spans), end], strict=True)
    ]
    shapes = [_OPEN, *[_COMMA] * (len(arguments) - 1), _END] if arguments else [re.compile(r"\(\)")]
    if not all(shape.fullmatch(gap) for shape, gap in zip(shapes, gaps, strict=True)) or "\r" in "".join(
        gaps
    ):
        return None  # comments, or parentheses around an argument
    pieces: list[Piece] = []
    new: list[str] = []
    dropped = 0
    for edit in edits:
        match edit:
            case RenameArgument():
                pieces += _renamed(source, call, edit)
            case NameArguments():
                if any(isinstance(argument, ast.Starred) for argument in call.args):
                    return None
                for argument, name in zip(call.args, edit.names, strict=False):
                    start = source.span(argument)[0]
                    pieces += [Piece(start - 1, start, f"{text[start - 1]}{name}=")] if name else []
            case SetArgument():
                value = valued(edit)
                given = next((keyword.value for keyword in call.keywords if keyword.arg == edit.name), None)
                if value is None:
                    return None
                if given is not None:
                    pieces.append(Piece(*source.span(given), value))
                else:
                    new.append(f"{edit.name}={value}")
            case DropArgument():
                at = _position(call, arguments, edit.argument)
                if at is not None:
                    pieces.append(_without(spans, gaps, at, opening))
                    dropped += 1
            case _:
                return None
    if new:
        separator = _separator(gaps)
        lone = len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp)
        if any(keyword.arg is None for keyword in call.keywords) or lone or separator is None or dropped:
            return None
        at = spans[-1][1] if spans else end - 1
        joined = separator.join([*([""] if spans else []), *new])
        pieces.append(Piece(at, at + 1, joined + text[at]))
    if dropped == len(arguments) and dropped and ("\n" in "".join(gaps) or "," in gaps[-1] or new):
        return None
    pieces.sort()
    return pieces if all(a.end <= b.start for a, b in pairwise(pieces)) else None


def _renamed(source: Source, call: ast.Call, edit: RenameArgument) -> list[Piece]:
    given = {keyword.arg: keyword for keyword in reversed(call.keywords)}
    if edit.old not in given or edit.new in given:
        return []
    start = source.span(given[edit.old])[0]
    return [Piece(start, start + len(edit.old), edit.new)]


def _position(call: ast.Call, arguments: Sequence[ast.AST], argument: str | int) -> int | None:
    if isinstance(argument, int):
        known = argument < len(call.args) and not isinstance(call.args[argument], ast.Starred)
        return arguments.index(call.args[argument]) if known else None
    return next((at for at, given in enumerate(arguments) if getattr(given, "arg", None) == argument), None)


def _without(spans: Sequence[tuple[int, int]], gaps: Sequence[str], at: int, opening: int) -> Piece:
    """An argument with its comma; of the last one, the comma before it."""
    if len(spans) == 1:
        return Piece(opening + gaps[0].index("(") + 1, spans[0][1], "")
    if at == len(spans) - 1:
        return Piece(spans[at - 1][1], spans[at][1], "")
    return Piece(spans[at][0], spans[at + 1][0], "")


def _separator(gaps: Sequence[str]) -> str | None:
    """A comma and the white space that stands between the arguments; None when a tree has to say."""
    first = _COMMA.fullmatch(gaps[1]) if len(gaps) > 2 else _OPEN.fullmatch(gaps[0])
    space = first["space"] if first is not None else ""
    if "\n" not in space:
        return ", "
    return f",{space}" if _NEW_LINE.fullmatch(space) else None
