"""Classes that a registry of models pickled beside a model: named, and never loaded, since loading runs them.

MLflow writes ``custom_objects.cloudpickle`` into the folder that holds the model (``mlflow/tensorflow``), BentoML 1.x
``custom_objects.pkl`` into the folder of the SavedModel itself (``bentoml/_internal/models/model.py``).
"""

from __future__ import annotations

from pathlib import Path

from migrate.findings import Finding, Severity

_NAMES = ("custom_objects.cloudpickle", "custom_objects.pkl")


def pickled_classes(path: Path) -> list[Finding]:
    """A finding for the pickle that belongs to a model: in its own folder, or, of a SavedModel, inside of it.

    Args:
        path: the file of the model, or the folder of a SavedModel.
    """
    folders = (path, path.parent) if path.is_dir() else (path.parent,)
    files = [folder / name for folder in folders for name in _NAMES]
    return [
        Finding(
            "FMT041",
            Severity.WARNING,
            f"{file.name} next to the model contains its custom classes as a pickle, which was not loaded",
            "If the model needs them, supply the source of the classes with --source or --custom-objects.",
            file.name,
        )
        for file in files
        if file.is_file()
    ]
