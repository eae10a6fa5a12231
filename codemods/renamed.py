"""Former codes of rules: configurations, comments and baselines of users continue to mean the same rule."""

from __future__ import annotations

RENAMED = {"API004": "ECO001"}
"""Old code to current code."""


def today(code: str) -> str:
    """The current code of a rule."""
    return RENAMED.get(code, code)


def names_of(code: str) -> tuple[str, ...]:
    """Every code that a current rule has had, the current one first."""
    return (code, *(old for old, new in RENAMED.items() if new == code))


def matches(code: str, prefixes: tuple[str, ...]) -> bool:
    """Whether one of several codes or prefixes, including old ones, means a current rule."""
    return any(name.startswith(prefixes) for name in names_of(code))
