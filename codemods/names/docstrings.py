"""What the docstring of a function says of the classes of its parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

_STYLES = (
    r"^[ \t]*{name}[ \t]*\([ \t]*`*([\w.]+)",  # Google: ``model (tf.keras.Model): …``
    r"^[ \t]*{name}[ \t]*:[ \t]*`*([\w.]+)`*[ \t]*(?:,.*)?$",  # NumPy: ``model : tf.keras.Model``
    r":type[ \t]+{name}:[ \t]*`*([\w.]+)",  # Sphinx: ``:type model: keras.Model``
    r":param[ \t]+([\w.]+)[ \t]+{name}:",
)


@lru_cache(maxsize=1024)
def _styles(parameter: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(style.format(name=re.escape(parameter)), re.MULTILINE) for style in _STYLES)


def documented_classes(function: ast.AST, parameter: str) -> Iterator[str]:
    """Dotted names that stand where a docstring says what a parameter is, in the order of the styles.

    >>> function = ast.parse('def f(m):\\n    ":type m: keras.Model"').body[0]
    >>> list(documented_classes(function, "m"))
    ['keras.Model']
    """
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    text = ast.get_docstring(function, clean=False) or ""
    if parameter in text:
        for style in _styles(parameter):
            found = style.search(text)
            if found is not None:
                yield found[1]
