"""Run options."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from codemods.renamed import matches
from codemods.target import Backend, Target

NEWEST = Version("3.15.1")
"""The newest Keras that the rules were proven with; the destination when nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to do to a file.

    Attributes:
        target: the destination namespace.
        version: version of Keras 3 that the rewritten code shall run with.
        select: rule codes or prefixes to act on; empty for all.
        ignore: rule codes or prefixes to leave out; stronger than ``select``.
        unsafe: also apply unsafe fixes.
        todo: write a ``# TODO(keras-migrate …)`` comment where something is left for a person.
        ported: import names of packages around Keras 2 that the project has in a form for Keras 3.
        backend: what computes for the rewritten code; for another one than TensorFlow more is found.
    """

    target: Target = Target.KERAS
    version: Version = NEWEST
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    unsafe: bool = False
    todo: bool = False
    ported: tuple[str, ...] = ()
    backend: Backend = Backend.TENSORFLOW

    def wants(self, code: str) -> bool:
        """Whether a rule is selected."""
        chosen = not self.select or matches(code, self.select)
        return chosen and not matches(code, self.ignore)
