"""Values of globals that the user gives for functions in a file: ``NAME=VALUE``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any


def parse_definition(text: str) -> tuple[str, Any]:
    """Name and value of ``SCALE=255.0``; the value is a Python literal.

    Raises:
        ValueError: it has another form.
    """
    name, equals, literal = text.partition("=")
    name = name.strip()
    try:
        value = ast.literal_eval(literal.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"{text!r} is no NAME=VALUE with a Python literal, such as SCALE=255.0") from error
    if not equals or not name.isidentifier():
        raise ValueError(f"{text!r} is no NAME=VALUE with a Python literal, such as SCALE=255.0")
    return name, value


def definitions(texts: Sequence[str]) -> dict[str, Any]:
    """Values by name."""
    return dict(map(parse_definition, texts))
