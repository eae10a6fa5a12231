"""What is to be said of files that go together, or do not: an architecture and weights that stand near it or not.

A run and a look beforehand ask here, so that both say the same.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from migrate.findings import Finding, Severity
from migrate.formats.artifact import ARCHITECTURES, BARE_GRAPHS, TFJS, Format
from migrate.formats.pairing import weights_near

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HOLDS_ITS_OWN = ARCHITECTURES | BARE_GRAPHS | TFJS | {Format.HDF5_MODEL, Format.KERAS_ARCHIVE}
"""What is read without an architecture from elsewhere. A SavedModel takes one: its metadata may hold none."""


def lone_architecture(architecture: Path) -> Finding:
    """That the weights of an architecture are drawn: a warning where files stand near that may hold its own.

    With the warning the artifact is `unverified`: the numbers that it was compared with are not those it was used with.

    Raises:
        MigrationError: FMT021 when a folder cannot be listed.
    """
    near = weights_near(architecture)
    names = f"; {', '.join(path.name for path in near[:3])} may contain its own" if near else ""
    return Finding(
        "FMT027",
        Severity.WARNING if near else Severity.INFO,
        f"the file is an architecture without weights: they are initialised identically in both worlds{names}",
        _with_weights(architecture, near),
    )


def unused_architecture(form: Format, given: str | None) -> list[Finding]:
    """That an architecture was given to an artifact which has its own; nothing where it is used, or none was given."""
    if not given or form not in _HOLDS_ITS_OWN:
        return []
    return [
        Finding(
            "FMT029",
            Severity.WARNING,
            f"--architecture {given} is not used: the file ({form.value}) contains its own architecture",
            "Omit the option. To use another architecture for the weights in this file, save the weights alone "
            "(model.save_weights) with the framework that wrote it.",
        )
    ]


def _with_weights(architecture: Path, near: Sequence[Path]) -> str:
    """The command that migrates an architecture with its weights, which are to be named where it is not clear which."""
    weights = shlex.quote(os.path.abspath(near[0])) if len(near) == 1 else "WEIGHTS"
    given = shlex.quote(os.path.abspath(architecture))
    return f"Migrate it with its weights: keras-migrate models {weights} --architecture {given} --out OUT"
