"""What is wished of a run."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from codemods.target import Target

NEWEST = Version("3.15.1")
"""The newest Keras that the rules were proven with; the destination when nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to do to a file.

    Attributes:
        target: the destination namespace.
        version: version of Keras 3 that the rewritten code shall run with.
        select: codes or beginnings of codes to act on; empty for all.
        ignore: codes or beginnings of codes to leave out; stronger than ``select``.
        unsafe: also carry out edits that are right in the usual case only.
        todo: write a ``# TODO(keras-migrate …)`` comment where something is left for a person.
    """

    target: Target = Target.KERAS
    version: Version = NEWEST
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    unsafe: bool = False
    todo: bool = False

    def wants(self, code: str) -> bool:
        """Whether a rule is selected."""
        return (not self.select or code.startswith(self.select)) and not (
            self.ignore and code.startswith(self.ignore)
        )
