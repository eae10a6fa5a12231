"""Sources of Python 2 for Python 3: statements that no longer parse, names that are gone, division of integers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from codemods.files.source import Source, SourceError, parse

DIVISION = "python2_division"
BUILT_IN = {
    "xrange": "xrange = range",
    "unicode": "unicode = str",
    "basestring": "basestring = str",
    "long": "long = int",
    "unichr": "unichr = chr",
    "reduce": "from functools import reduce",
    DIVISION: f"def {DIVISION}(a, b):\n    whole = isinstance(a, int) and isinstance(b, int)\n"
    "    return a // b if whole else a / b",
}
"""What Python 2 had built in → a statement that gives it, and the division of Python 2."""

_STATEMENTS = (
    (re.compile(r"^(\s*)print\s*>>\s*([\w.]+)\s*,\s*(.+?),?\s*$"), r"\1print(\3, file=\2)"),
    (re.compile(r"^(\s*)print\s+(?![=(])(.+?),?\s*$"), r"\1print(\2)"),
    (re.compile(r"^(\s*)print\s*(\(.*\)\s*%.+?),?\s*$"), r"\1print(\2)"),
    (re.compile(r"^(\s*)print\s*$"), r"\1print()"),
    (re.compile(r"^(\s*except\s+[\w.]+|\s*except\s*\([\w., ]+\))\s*,\s*(\w+)\s*:"), r"\1 as \2:"),
    (re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+?)\s*$"), r"\1(\2)"),
)
_ELSEWHERE = (
    (re.compile(r"\s<>\s"), " != "),
    (re.compile(r"\bur(['\"])"), r"u\1"),
    (re.compile(r"(?<![\w.])0(\d+)\b(?!\.)"), r"0o\1"),
    (re.compile(r"(?<![\w.])(\d+)[lL]\b"), r"\1"),
)
_WORDS = re.compile(r"\bxrange\b|\.has_key\(|\.iter(items|keys|values)\(|\b(unicode|raw_input|basestring)\(")
_FUTURE = re.compile(r"^from __future__ import .*\bdivision\b", re.MULTILINE)


def as_python3(text: str) -> str:
    """The same lines with the statements of Python 2 as Python 3 writes them; other lines stay as they are."""
    lines = []
    for line in text.split("\n"):
        new = line
        for pattern, replacement in _STATEMENTS:
            new = pattern.sub(replacement, new)
        if _parses(new) is False:
            for pattern, replacement in _ELSEWHERE:
                new = pattern.sub(replacement, new)
        lines.append(new)
    return "\n".join(lines)


def is_python2(text: str) -> bool:
    """Whether a text is Python 2 by its words: those that Python 3 has no more."""
    return _WORDS.search(text) is not None


def divides_as_python2(text: str) -> bool:
    """Whether a module of Python 2 divides integers without a rest."""
    return _FUTURE.search(text) is None


def with_old_division(text: str) -> str:
    """A statement of Python 2 whose divisions give integers for integers under Python 3, too."""
    if "/" not in text:
        return text
    try:
        tree = parse(text)
    except SourceError:
        return text
    source = Source(Path("statement.py"), text)
    edits: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            start, end = source.span(node)
            _, left = source.span(node.left)
            right, _ = source.span(node.right)
            slash = text.index("/", left, right)
            edits += [(start, start, f"{DIVISION}("), (slash, slash + 1, ","), (end, end, ")")]
    # Of insertions at one place those of outer divisions, which ast.walk gives first, begin further left.
    for at, (start, end, new) in sorted(enumerate(edits), key=lambda e: (e[1][0], -e[0]), reverse=True):
        del at
        text = text[:start] + new + text[end:]
    return text


def _parses(line: str) -> bool | None:
    """Whether a line alone parses; None when it is part of a longer statement."""
    stripped = line.strip()
    if not stripped or stripped.endswith((":", ",", "(", "[", "{", "\\")):
        return None
    try:
        parse(stripped)
    except SourceError:
        return False
    return True
