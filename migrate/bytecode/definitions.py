"""Values of globals that the user gives for functions in a file: ``NAME=VALUE``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from migrate.bytecode.from_source import read_source


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
        raise ValueError(f"{text!r} is not NAME=VALUE with a Python literal, such as SCALE=255.0") from error
    if not equals or not name.isidentifier():
        raise ValueError(f"{text!r} is not NAME=VALUE with a Python literal, such as SCALE=255.0")
    return name, value


def definitions(texts: Sequence[str]) -> dict[str, Any]:
    """Values by name."""
    return dict(map(parse_definition, texts))


def known_values(sources: Sequence[str], texts: Sequence[str]) -> dict[str, Any]:
    """Values of globals: what the user's source files define, and above them what was given one by one."""
    found: dict[str, Any] = {}
    for source in sources:
        try:
            found.update(read_source(source))
        except SyntaxError:
            continue  # the worlds import the file, and say what is wrong with it
    return found | definitions(texts)
