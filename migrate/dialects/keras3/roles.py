"""Variables that Keras 3 names otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate.capsule.model import Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "DepthwiseConv1D": {"depthwise_kernel": "kernel"},
    "DepthwiseConv2D": {"depthwise_kernel": "kernel"},
}


@layer_rule(
    Rule(
        "WGT014",
        "renamed-variable",
        "Keras 3 renamed a variable.",
        Severity.ERROR,
        before="depthwise_conv2d/depthwise_kernel",
        after="depthwise_conv2d/kernel",
        why="Weights are matched by name, so that a reordered file cannot fill the wrong variable; a new name needs a "
        "rule.",
        references=("keras-team/keras#20083",),
    ),
    Step.KERAS_3,
    *_RENAMED,
)
def renamed_variable(layer: Layer, era: Era) -> Layer:
    """Give the saved arrays the roles that Keras 3 knows."""
    names = _RENAMED[layer.class_name]
    if not any(role in names for role in layer.weights):
        return layer
    return replace(layer, weights={names.get(role, role): array for role, array in layer.weights.items()})
