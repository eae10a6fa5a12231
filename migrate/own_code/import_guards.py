"""Imports of packages that may not be installed, in a slice: what stands in for what they bind."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

_FRAMEWORKS = frozenset({"keras", "tensorflow", "tf_keras", "theano"})
"""Packages whose names the rewriting deals with."""
_STANDING_IN = re.compile(r"^    \w+ = Absent\('([\w.]+)'\)$", re.MULTILINE)
"""What `guarded` writes for a package that is not installed."""


@cache
def is_installed(module: str) -> bool:
    """Whether the package of a module can be imported here, which is where the worlds run."""
    package = module.split(".", maxsplit=1)[0]
    return package in _FRAMEWORKS or find_spec(package) is not None


def guarded(line: str, name: str, package: str, *, base: bool, stand_in: bool) -> str:
    """An import of a package that is not installed: what is asked for may well not reach it.

    A name that classes are derived from becomes a class whose instances cannot be made.
    """
    missing = f"{name} = None"
    if stand_in:
        missing = f"from migrate.worlds.guest.absent import Absent\n    {name} = Absent({package!r})"
    if base:
        why = f'raise ImportError("{package} is not installed")'
        made = f"class {name}:\n        def __init__(self, *args, **kwargs):\n            {why}"
        missing = f"{made}\n        get_config = __init__"  # which decorators that register a class ask for
    return f"try:\n    {line}\nexcept ImportError:\n    {missing}"


def absent_packages(text: str) -> list[str]:
    """The packages that are not installed, of which a slice with stand-ins imports something."""
    return sorted({package.partition(".")[0] for package in _STANDING_IN.findall(text)})
