"""References in templates: dotted names whose import is managed."""

from __future__ import annotations

import ast
from functools import lru_cache

from codemods.edits import Code
from codemods.names.uses import dotted

MANAGED = {
    "keras": "",
    "tf": "import tensorflow as tf",
    "tf_keras": "import tf_keras",
    "numpy": "import numpy as np",
    "os": "import os",
    "math": "import math",
    "functools": "import functools",
    "inspect": "import inspect",
}
"""Roots that may be used in `Code`, and the import that provides them; ``keras`` depends on the target."""


def managed(path: str) -> bool:
    """Whether a dotted name in a template is a reference whose import is managed."""
    return path.partition(".")[0] in MANAGED


def references(code: Code | str) -> tuple[str, ...]:
    """The managed references of a piece of code, whose imports must come before it."""
    holes = frozenset(code.holes) if isinstance(code, Code) else frozenset[str]()
    return _references(code.text if isinstance(code, Code) else code, holes)


@lru_cache(maxsize=1024)
def _references(text: str, holes: frozenset[str]) -> tuple[str, ...]:
    found: list[str] = []
    work: list[ast.AST] = [ast.parse(text)]
    while work:
        node = work.pop()
        path = dotted(node)
        head, _, rest = path.partition(".")
        if rest and head not in holes and managed(path):
            found.append(path)
        else:
            work.extend(ast.iter_child_nodes(node))
    return tuple(found)
