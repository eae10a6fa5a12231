"""Lines of people's own code that draw random numbers outside of TensorFlow: with NumPy or Python's ``random``."""

from __future__ import annotations

import ast

from codemods.files.source import parse
from codemods.names.uses import dotted
from migrate.own_code.left import place_of
from migrate.own_code.slices import Slice

_MODULES = ("numpy.random", "random")
_NO_DRAWS = frozenset({"seed", "get_state", "set_state", "getstate", "setstate"})


def lines_that_draw(piece: Slice) -> list[str]:
    """File and line of each call of a function that draws, in the order of the slice.

    Raises:
        SourceError: the slice is no Python.
    """
    tree = parse(piece.text)
    bound = _bound(tree)
    lines = [line.strip() for line in piece.text.split("\n")]
    found: dict[str, None] = {}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for node in sorted(calls, key=lambda call: call.lineno):
        root, _, rest = dotted(node.func).partition(".")
        module, _, last = f"{bound.get(root, root)}.{rest}".strip(".").rpartition(".")
        if root in bound and module in _MODULES and last not in _NO_DRAWS:
            found[place_of(lines, node.lineno, piece.pieces)] = None
    return [place for place in found if place]


def _bound(tree: ast.Module) -> dict[str, str]:
    """Name → the dotted path that an import binds it to."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                bound[alias.asname or path] = path
        elif isinstance(node, ast.ImportFrom) and not node.level:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return bound
