"""Small models and artifacts for tests of the training step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.formats.artifact import Format, LegacyArtifact, SavedArray, Writer

SHAPES = {"dense_1": ((3, 4), (4,)), "dense_2": ((4, 2), (2,))}


def model() -> Model:
    """Two Dense layers."""
    layers = [Layer("InputLayer", "x", {"batch_shape": [None, 3]})]
    last = "x"
    for name, (kernel, bias) in SHAPES.items():
        weights = {"kernel": np.ones(kernel, "float32"), "bias": np.ones(bias, "float32")}
        layers.append(Layer("Dense", name, {"units": bias[0]}, (Node((TensorRef(last),)),), weights))
        last = name
    return Model("Functional", "model", Topology.FUNCTIONAL, tuple(layers), TensorRef("x"), TensorRef(last))


def numbered(shapes: list[tuple[int, ...]]) -> list[np.ndarray[Any, Any]]:
    """Arrays filled with their own position, so that each can be told."""
    return [np.full(shape, position, "float32") for position, shape in enumerate(shapes)]


FLAT = [shape for pair in SHAPES.values() for shape in pair]


def artifact(training: dict[str, Any], saved: list[tuple[str, Any]]) -> LegacyArtifact:
    """An artifact that holds nothing but its training."""
    arrays = [SavedArray(name, np.asarray(value)) for name, value in saved]
    return LegacyArtifact(
        Path("m.h5"), "", Format.HDF5_MODEL, Writer(), training=training, optimizer_weights=arrays
    )
