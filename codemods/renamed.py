"""Codes that rules had before: configurations, comments and baselines of users go on to mean the same rule."""

from __future__ import annotations

RENAMED = {"API004": "ECO001"}
"""Old code to the code of today."""


def today(code: str) -> str:
    """The code that a rule has today."""
    return RENAMED.get(code, code)


def names_of(code: str) -> tuple[str, ...]:
    """Every code that a rule of today has had, its own first."""
    return (code, *(old for old, new in RENAMED.items() if new == code))


def matches(code: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a rule of today is meant by one of several codes or prefixes, old ones included."""
    return any(name.startswith(prefixes) for name in names_of(code))
