"""The order of a normalisation's axes."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity


@layer_rule(
    Rule(
        "WGT024",
        "normalization-axes-order",
        "A LayerNormalization lists its axes in a different order from the tensor.",
        Severity.SILENT,
        applies_to=">=2.0",
        before='{"class_name": "LayerNormalization", "config": {"axis": [3, 1]}}, gamma of shape (6, 4)',
        after='{"class_name": "LayerNormalization", "config": {"axis": [1, 3]}}, gamma of shape (4, 6)',
        why="Keras 2 created scale and offset in the given order of the axes and read the numbers row by row into "
        "the order of the tensor. Keras 3 sorts the axes first. The numbers keep their order; with axes of "
        "different sizes the shape changes, and Keras 3 would reject the weights.",
    ),
    Step.KERAS_3,
    "LayerNormalization",
)
def normalization_axes_order(layer: Layer, era: Era) -> Layer:
    """Sort the axes, which the built layer stored counted from 0, and shape the weights accordingly."""
    axis = layer.config.get("axis")
    if not isinstance(axis, list) or axis == sorted(axis) or any(a < 0 for a in axis):
        return layer
    order = sorted(range(len(axis)), key=lambda i: axis[i])
    weights = {
        role: array.reshape([array.shape[i] for i in order]) if array.ndim == len(axis) else array
        for role, array in layer.weights.items()
    }
    return replace(layer.with_config(axis=sorted(axis)), weights=weights)
