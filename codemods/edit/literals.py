"""String literals as they stand in a text."""

from __future__ import annotations

import re

LITERAL = re.compile(
    r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\")(?:\\.|(?!(?P=quote))[^\\])*(?P=quote)", re.DOTALL
)
"""One literal, not several that are concatenated."""


def requoted(literal: str, value: str) -> str | None:
    """Another value for a string literal, its prefix and quotes kept where the value allows.

    None when it is no single literal.
    """
    found = LITERAL.fullmatch(literal)
    if found is None:
        return None
    quote, prefix = found["quote"], found["prefix"]
    plain = not set(value) & {"\\", "\n", "\r", quote[0]} and value.isprintable()
    return f"{prefix}{quote}{value}{quote}" if plain and "b" not in prefix.lower() else repr(value)
