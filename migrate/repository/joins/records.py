"""What joins are about: artifacts with what became of them, and findings at places."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.findings import Finding


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding at a place of the repository; ``line`` from 1, 0 for the whole file."""

    path: str
    line: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Target:
    """An artifact of the repository.

    Attributes:
        new: path of the migrated file; empty where there is none.
        whole: the old file holds a whole model, not weights alone.
        code: path of the code that the new file needs beside Keras.
        defined_in: source files that define and register what the new file needs, where that was proven: a program that
            imports them can load it without ``code``.
        why_code: why the source's own definitions do not serve.
        compiled: it was not seen to fail with its training configuration.
        weights: of an old file of weights, the one that Keras 3 loads in its place.
        as_it_is: Keras 3 loads the old file of weights with the values that were migrated.
    """

    path: str
    new: str = ""
    whole: bool = True
    code: str = ""
    defined_in: frozenset[str] = frozenset()
    why_code: str = ""
    compiled: bool = True
    weights: str = ""
    as_it_is: bool = False
