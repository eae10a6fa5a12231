"""Transposed convolutions with a dilation, which TensorFlow does not run on a CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from migrate.capsule.model import Layer, Model
from migrate.dialects.graph_rewrites import Chain, expand_chains
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

_OF_CONVOLUTION = frozenset(
    {
        "name",
        "trainable",
        "dtype",
        "filters",
        "kernel_size",
        "data_format",
        "dilation_rate",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
    }
)
"""Arguments that mean the same of both classes."""


@model_rule(
    Rule(
        "CFG124",
        "dilated-transposed-convolution",
        "A transposed convolution is dilated.",
        Severity.ERROR,
        applies_to=">=2.1",
        before='{"class_name": "Conv2DTranspose", "config": {"kernel_size": [2, 2], "dilation_rate": [2, 2], '
        '"padding": "same"}}',
        after='ZeroPadding2D([[1, 1], [1, 1]]) → {"class_name": "Conv2D", "config": {"kernel_size": [2, 2], '
        '"dilation_rate": [2, 2], "padding": "valid"}}, its kernel turned around',
        why="Keras 2 used `tf.nn.atrous_conv2d_transpose` for it. Keras 3 passes the dilation to TensorFlow, which "
        "says on a CPU `Current CPU implementations do not yet support dilation rates larger than 1`. Without "
        "strides, which cannot be combined with dilation, a transposed convolution is a convolution of the padded "
        "image with the kernel flipped, on every device and backend; the same numbers are learned.",
    ),
    Step.KERAS_3,
)
def dilated_transpose(model: Model, era: Era) -> Model:
    """Write it as a convolution."""
    return expand_chains(model, {"Conv2DTranspose"}, _as_convolution)


def _as_convolution(layer: Layer) -> Chain | None:
    config = layer.config
    dilation = _pair(config.get("dilation_rate", 1))
    if max(dilation) == 1 or max(_pair(config.get("strides", 1))) > 1:
        return None
    spread = [rate * (size - 1) for rate, size in zip(dilation, _pair(config["kernel_size"]), strict=True)]
    if config.get("padding") == "same":  # the transposed one cuts half of it in front, and the rest behind
        borders = [[total - total // 2, total // 2] for total in spread]
    else:
        borders = [[total, total] for total in spread]
    zeros = {"padding": borders, "data_format": config.get("data_format")}
    kept = {key: value for key, value in config.items() if key in _OF_CONVOLUTION}
    weights = dict(layer.weights)
    if "kernel" in weights:  # rows, columns, outputs, inputs
        weights["kernel"] = np.ascontiguousarray(np.flip(weights["kernel"], (0, 1)).swapaxes(2, 3))
    convolution = replace(
        layer,
        class_name="Conv2D",
        config={**kept, "strides": [1, 1], "padding": "valid"},
        weights=weights,
    )
    return [Layer("ZeroPadding2D", f"{layer.name}_zeros", zeros), convolution]


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """Both sizes, which Keras stores as one number or a list of two."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))
