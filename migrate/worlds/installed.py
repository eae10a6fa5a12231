"""Whether the frameworks of the worlds can be had here; asked before anything starts, and without importing them."""

from __future__ import annotations

import resource
from importlib.util import find_spec

from migrate.extras import command_for
from migrate.findings import MigrationError

FRAMEWORKS = {"tensorflow": "tensorflow", "tf_keras": "tf-keras", "keras": "keras"}
"""Module to distribution of what the legacy and the modern world import."""


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
            f"migrating models needs {', '.join(missing)}, which the light installation leaves out",
            f"Run `{command_for('models')}`.",
        )
    bounds = [bound for bound in resource.getrlimit(resource.RLIMIT_AS) if bound != resource.RLIM_INFINITY]
    if bounds and min(bounds) < ADDRESSES:
        raise MigrationError(
            "RUN022",
            f"each process may have {min(bounds) >> 20} MB of addresses (RLIMIT_AS); the frameworks need more than "
            f"{ADDRESSES >> 20} MB",
            "Raise the limit, in a shell with `ulimit -v unlimited`.",
        )
