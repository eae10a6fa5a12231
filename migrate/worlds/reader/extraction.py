"""Extract all arrays of an artifact under stable names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.formats.artifact import Format, LegacyArtifact
from migrate.formats.checkpoint.reader import read_checkpoint
from migrate.formats.identify import identify
from migrate.formats.read import read
from migrate.formats.saved_model.reader import read_saved_model


def extract_weights(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Write the arrays of ``source`` to ``out`` (``.safetensors`` or ``.h5``) in the scratch folder.

    Names are ``layer/path/variable`` for files that hold layers, the checkpoint's own keys otherwise, without
    ``:0`` and ``/.ATTRIBUTES/VARIABLE_VALUE``.

    Raises:
        MigrationError: ``WGT015`` when there is not one array, or the codes of the readers.
    """
    arrays = _arrays(Path(params["source"]))
    if not arrays:
        raise MigrationError(
            "WGT015", "the artifact holds no weights", "Name a file with weights or a checkpoint."
        )
    out = scratch / params["out"]
    if out.suffix == ".h5":
        with h5py.File(out, "w") as file:
            for name, array in arrays.items():
                file.create_dataset(name, data=array)
    else:
        save_arrays(out, arrays)
    return {
        "file": str(out),
        "arrays": [[name, list(a.shape), a.dtype.name] for name, a in arrays.items()],
    }


def _arrays(source: Path) -> dict[str, Array]:
    found = identify(source)
    artifact = read(source)
    if found.format is Format.SAVED_MODEL and not artifact.weights:
        artifact = read_checkpoint(read_saved_model(source).variables_prefix)
    return _named(artifact)


def _named(artifact: LegacyArtifact) -> dict[str, Array]:
    """Arrays by layer path and own name, each name once."""
    arrays: dict[str, Array] = {}
    for layer, saved in artifact.arrays():
        own = saved.name.rsplit(":", 1)[0].removesuffix("/.ATTRIBUTES/VARIABLE_VALUE")
        prefix = layer.path
        name = own if not prefix or own.split("/")[0] == prefix else f"{prefix}/{own}"
        if name in arrays:
            raise MigrationError(
                "WGT016", f"two arrays would be called {name!r}", "Please report the file.", place=name
            )
        arrays[name] = saved.array
    return arrays
