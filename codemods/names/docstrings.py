"""What the docstring of a function says of the classes of its parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

_STYLES = tuple(
    re.compile(style, re.MULTILINE)
    for style in (
        r"^[ \t]*(?P<name>\w+)[ \t]*\([ \t]*`*(?P<cls>[\w.]+)",  # Google: ``model (tf.keras.Model): …``
        r"^[ \t]*(?P<name>\w+)[ \t]*:[ \t]*`*(?P<cls>[\w.]+)`*[ \t]*(?:,.*)?$",  # NumPy: ``model : tf.keras.Model``
        r":type[ \t]+(?P<name>\w+):[ \t]*`*(?P<cls>[\w.]+)",  # Sphinx: ``:type model: keras.Model``
        r":param[ \t]+(?P<cls>[\w.]+)[ \t]+(?P<name>\w+):",
    )
)


@lru_cache(maxsize=256)
def _said(text: str) -> tuple[dict[str, str], ...]:
    """By style: the classes that a docstring says of each name, the first where it says several."""
    return tuple(
        {found["name"]: found["cls"] for found in reversed([*style.finditer(text)])} for style in _STYLES
    )


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
        yield from (said[parameter] for said in _said(text) if parameter in said)
