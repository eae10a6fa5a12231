"""Move Keras 1 and 2 to Keras 3, models and source, and prove that the numbers stayed the same.

This is the Python interface of keras-migrate. The names in it are supported, and removals are announced one minor
release in advance. ``migrate`` and ``codemods`` are the packages behind it; they stay importable and may change.

Importing it imports neither TensorFlow nor Keras. Migrating and verifying models needs both:
``pip install 'keras-migrate[models]'``; everything else runs without.

    >>> import keras_migrate
    >>> keras_migrate.rewrite_source("from keras.layers.core import Dense\\n").text
    'from keras.layers import Dense\\n'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codemods.options import Options as SourceOptions
    from codemods.outcome import Outcome as Rewritten
    from codemods.target import Target as SourceTarget
    from keras_migrate.api import (
        inspect,
        load,
        migrate_model,
        migrate_models,
        report,
        rewrite_source,
        scan,
        verify,
    )
    from migrate.batch.events import Event
    from migrate.findings import Finding, MigrationError, Severity, Status
    from migrate.inspection import Inspection
    from migrate.pipeline.request import Options, Target
    from migrate.pipeline.verify import Verdict
    from migrate.report.compatibility.records import Report
    from migrate.results import ArtifactResult, BatchReport
    from migrate.scan.files import Scan

_FROM = {
    "codemods.options": {"Options": "SourceOptions"},
    "codemods.outcome": {"Outcome": "Rewritten"},
    "codemods.target": {"Target": "SourceTarget"},
    "keras_migrate.api": (
        "inspect",
        "load",
        "migrate_model",
        "migrate_models",
        "report",
        "rewrite_source",
        "scan",
        "verify",
    ),
    "migrate.batch.events": ("Event",),
    "migrate.findings": ("Finding", "MigrationError", "Severity", "Status"),
    "migrate.inspection": ("Inspection",),
    "migrate.pipeline.request": ("Options", "Target"),
    "migrate.pipeline.verify": ("Verdict",),
    "migrate.report.compatibility.records": ("Report",),
    "migrate.results": ("ArtifactResult", "BatchReport"),
    "migrate.scan.files": ("Scan",),
}
_PLACES = {
    (names[name] if isinstance(names, dict) else name): (module, name)
    for module, names in _FROM.items()
    for name in names
}

__all__ = [
    "ArtifactResult",
    "BatchReport",
    "Event",
    "Finding",
    "Inspection",
    "MigrationError",
    "Options",
    "Report",
    "Rewritten",
    "Scan",
    "Severity",
    "SourceOptions",
    "SourceTarget",
    "Status",
    "Target",
    "Verdict",
    "__version__",
    "inspect",
    "load",
    "migrate_model",
    "migrate_models",
    "report",
    "rewrite_source",
    "scan",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("keras-migrate")
    if name in _PLACES:
        module, attribute = _PLACES[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
