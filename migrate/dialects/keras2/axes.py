"""Axes, as TF 1 and 2 wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity


@layer_rule(
    Rule(
        "CFG045",
        "single-axis-list",
        "The axis of a BatchNormalization is stored as a one-item list.",
        Severity.ERROR,
        applies_to=">=1.13",
        before='{"class_name": "BatchNormalization", "config": {"axis": [3]}}',
        after='{"class_name": "BatchNormalization", "config": {"axis": 3}}',
        why="tf.keras stores the axis as a list after the layer is built. Keras 3 expects a number and fails on the "
        "list.",
    ),
    Step.KERAS_2,
    "BatchNormalization",
    "SyncBatchNormalization",
)
def single_axis_list(layer: Layer, era: Era) -> Layer:
    """Use the number."""
    axis = layer.config.get("axis")
    if isinstance(axis, Sequence) and not isinstance(axis, str) and len(axis) == 1:
        return layer.with_config(axis=axis[0])
    return layer
