"""Run options."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from codemods.renamed import matches
from codemods.target import Backend, Target

NEWEST = Version("3.15.1")
"""The newest Keras that the rules were proven with; the default target version."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to do to a file.

    Attributes:
        target: the target namespace.
        version: the version of Keras 3 that the rewritten code must run with.
        select: rule codes or prefixes to act on; empty for all.
        ignore: rule codes or prefixes to skip; overrides ``select``.
        unsafe: also apply unsafe fixes.
        todo: add a ``# TODO(keras-migrate …)`` comment where manual work is left.
        ported: import names of Keras 2 packages that the project has ported to Keras 3.
        backend: the backend of the rewritten code; any but TensorFlow gives more findings.
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
