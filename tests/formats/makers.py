"""Small files in the layouts of each era, written byte by byte by the tests that need them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 2, "batch_input_shape": [None, 3]}}
SEQUENTIAL: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "s", "layers": [DENSE]}}
KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)
BIAS = np.array([1.0, -1.0], np.float32)


def write_layer(group: h5py.Group, layer: str, arrays: dict[str, np.ndarray]) -> None:
    """One layer of the Keras 2 layout."""
    own = group.create_group(layer)
    own.attrs["weight_names"] = [name.encode() for name in arrays]
    for name, values in arrays.items():
        own[name] = values


def write_hdf5_model(path: Path, config: Any = SEQUENTIAL, version: str | None = "2.2.4") -> Path:
    """A full model of one Dense layer."""
    with h5py.File(path, "w") as file:
        if version is not None:
            file.attrs["keras_version"] = version.encode()
            file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        write_layer(group, "dense", {"dense/kernel:0": KERNEL, "dense/bias:0": BIAS})
    return path


def write_hdf5_weights(path: Path) -> Path:
    """Weights only, Keras 2 layout."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"dense"]
        write_layer(file, "dense", {"dense/kernel:0": KERNEL, "dense/bias:0": BIAS})
    return path


def archive_weights(arrays: dict[str, np.ndarray], groups: tuple[str, ...] = ()) -> bytes:
    """``model.weights.h5`` with these arrays by path."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for group in groups:
            file.require_group(group)
        for path, values in arrays.items():
            file[path] = values
    return buffer.getvalue()


def write_archive(
    path: Path,
    config: Any,
    weights: bytes,
    version: str = "2.15.0",
    assets: dict[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """A ``.keras`` archive."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)
        for name, content in (assets or {}).items():
            archive.writestr(f"assets/{name}", content)
    return path


def archive_with_weights_at(path: Path, start: int, member: str = "model.weights.h5") -> Path:
    """A ``.keras`` archive whose HDF5 member's bytes begin at ``start``: blanks in its metadata fill the gap."""
    weights = archive_weights({"layers/dense/vars/0": KERNEL})

    def written(fill: int) -> int:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}) + " " * fill)
            archive.writestr("config.json", json.dumps(SEQUENTIAL))
            archive.writestr(member, weights)
            if member != "model.weights.h5":
                archive.writestr("model.weights.h5", weights, zipfile.ZIP_DEFLATED)
        return path.read_bytes().index(weights[:8])

    assert written(start - written(0)) == start
    return path


def dense(name: str, units: int = 2) -> dict[str, Any]:
    """Configuration of one Dense layer."""
    return {"class_name": "Dense", "config": {"name": name, "units": units}}


def model(name: str, *layers: dict[str, Any], class_name: str = "Sequential") -> dict[str, Any]:
    """Configuration of a model."""
    return {"class_name": class_name, "config": {"name": name, "layers": list(layers)}}
