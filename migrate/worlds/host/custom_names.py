"""What the Python files that the user gave with ``--custom-objects`` define, told without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path


def names_in(files: Iterable[str]) -> list[str]:
    """Classes and functions that Python files define, told without running them; none of a file that is no Python."""
    found: list[str] = []
    for file in files:
        try:
            tree = ast.parse(Path(file).read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue  # the worlds import the file and say what is wrong with it
        found += [n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
        made = (n for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call))
        found += [
            t.id for n in made for t in n.targets if isinstance(t, ast.Name)
        ]  # closures: loss = focal()
    return found
