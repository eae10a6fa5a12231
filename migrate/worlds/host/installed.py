"""Whether the frameworks of the worlds can be had here; asked before anything starts, and without importing them."""

from __future__ import annotations

import resource
import sys
from importlib.util import find_spec

from migrate.extras import command_for
from migrate.findings import MigrationError

FRAMEWORKS = {"tensorflow": "tensorflow", "tf_keras": "tf-keras", "keras": "keras"}
"""Module to distribution of what the legacy and the modern world import."""

NEWEST_PYTHON = (3, 13)
"""The newest Python that TensorFlow 2.21, the newest one when this was released, has packages for."""

ADDRESSES = 2 << 30
"""Bytes of address space below which nothing can be migrated: a worker with TensorFlow 2.21 peaked at 1.7 to 2.0 GiB
(``VmPeak``) for models of a few layers. Below that it crashes here and there, or spins."""


def must_have_frameworks() -> None:
    """Refuse to begin what needs the worlds.

    Raises:
        MigrationError: ``RUN020`` names what is missing and the command that installs it, ``RUN022`` a limit of this
            process and all that it starts in which they cannot run.
    """
    missing = [name for module, name in FRAMEWORKS.items() if find_spec(module) is None]
    if missing:
        raise MigrationError(
            "RUN020",
            f"migrating models needs {', '.join(missing)}, which the light installation does not include",
            _installation(sys.version_info[:2]),
        )
    bounds = [bound for bound in resource.getrlimit(resource.RLIMIT_AS) if bound != resource.RLIM_INFINITY]
    if bounds and min(bounds) < ADDRESSES:
        raise MigrationError(
            "RUN022",
            f"each process has only {min(bounds) >> 20} MB of address space (RLIMIT_AS); the frameworks need more "
            f"than {ADDRESSES >> 20} MB",
            "Raise the limit, in a shell with `ulimit -v unlimited`.",
        )


def _installation(python: tuple[int, ...]) -> str:
    """How the frameworks come to an installation: by one command, where there are packages for its Python."""
    command = f"`{command_for('models')}`"
    if python <= NEWEST_PYTHON:
        return f"Run {command}."
    here, newest = (".".join(map(str, version)) for version in (python, NEWEST_PYTHON))
    return (
        f"TensorFlow 2.21 has no package for Python {here}. Run {command} in an environment with Python 3.11 to "
        f"{newest}; source, scan, inspect and report work here."
    )
