"""Move Keras 1 and 2 models to Keras 3, and prove that the numbers stayed the same.

Importing this package is cheap: neither TensorFlow nor Keras is imported in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrate.api import migrate_model
    from migrate.batch.scanner import inspect_path as inspect
    from migrate.pipeline.request import Options

__all__ = ["Options", "inspect", "migrate_model"]


def __getattr__(name: str) -> Any:
    if name == "migrate_model":
        from migrate.api import migrate_model

        return migrate_model
    if name == "inspect":
        from migrate.batch.scanner import inspect_path

        return inspect_path
    if name == "Options":
        from migrate.pipeline.request import Options

        return Options
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
