"""Whether the frameworks of the worlds are installed; asked before anything starts, and without importing them."""

from __future__ import annotations

from importlib.util import find_spec

from migrate.extras import command_for
from migrate.findings import MigrationError

FRAMEWORKS = {"tensorflow": "tensorflow", "tf_keras": "tf-keras", "keras": "keras"}
"""Module to distribution of what the legacy and the modern world import."""


def must_have_frameworks() -> None:
    """Refuse to begin what needs the worlds.

    Raises:
        MigrationError: ``RUN020`` names what is missing and the command that installs it.
    """
    missing = [name for module, name in FRAMEWORKS.items() if find_spec(module) is None]
    if missing:
        raise MigrationError(
            "RUN020",
            f"migrating models needs {', '.join(missing)}, which the light installation leaves out",
            f"Run `{command_for('models')}`.",
        )
