"""What a model computed on the Theano backend: flipped kernels and other borders.

Source: ``keras/backend/theano_backend.py`` of 1.2.2 and 2.2.4. Theano convolves (it turns the kernel around),
TensorFlow correlates; and Theano's border mode `half` pads by half the kernel before, whatever the strides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from migrate.capsule.model import Layer, Model
from migrate.dialects.graph_rewrites import Chain, expand_chains, named
from migrate.dialects.keras2.theano_pooling import refusal
from migrate.dialects.rule import Era, Step, era_semantics, layer_rule, model_rule
from migrate.dialects.shapes import spread
from migrate.findings import Rule, Severity

_SPATIAL: Mapping[str, Mapping[str, int]] = {
    "Conv1D": {"kernel": 1},
    "Conv2D": {"kernel": 2},
    "Conv3D": {"kernel": 3},
    "Conv2DTranspose": {"kernel": 2},
    "Conv3DTranspose": {"kernel": 3},
    "ConvLSTM2D": {"kernel": 2, "recurrent_kernel": 2},
    "SeparableConv1D": {"depthwise_kernel": 1, "pointwise_kernel": 1},
    "SeparableConv2D": {"depthwise_kernel": 2, "pointwise_kernel": 2},
    "DepthwiseConv2D": {"depthwise_kernel": 2},
}
"""Class to the number of leading spatial dimensions of each of its kernels."""
_CONVOLUTIONS = {"Conv1D": 1, "Conv2D": 2, "Conv3D": 3}
_TRANSPOSED = {"Conv2DTranspose": 2, "Conv3DTranspose": 3}


KERNEL_FLIP = era_semantics(
    Rule(
        "SIL003",
        "theano-kernel-flip",
        "Theano flipped the kernels of this model.",
        Severity.SILENT,
        applies_to="<2.4",
        before="kernel of shape (5, 5, 3, 8), written on the Theano backend",
        after="kernel[::-1, ::-1]",
        why="Theano computes a mathematical convolution, with the kernel reversed; TensorFlow, JAX and PyTorch do "
        "not reverse it. Shapes match, so the model loads and silently computes something different.",
        references=("keras-team/keras#3620",),
    )
)


@layer_rule(KERNEL_FLIP, Step.KERAS_2, *_SPATIAL)
def theano_kernel_flip(layer: Layer, era: Era) -> Layer:
    """Reverse the spatial dimensions of kernels that Theano wrote."""
    if era.backend != "theano":
        return layer
    weights = dict(layer.weights)
    for role, rank in _SPATIAL[layer.class_name].items():
        array = layer.weights.get(role)
        if array is not None and any(size > 1 for size in array.shape[:rank]):
            weights[role] = np.flip(array, axis=tuple(range(rank)))
    same = all(weights[role] is layer.weights[role] for role in weights)
    return layer if same else replace(layer, weights=weights)


THEANO_BORDER = era_semantics(
    Rule(
        "SIL030",
        "theano-border",
        "Theano padded this convolution differently.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"class_name": "Conv2D", "config": {"kernel_size": [3, 2], "padding": "same"}}, written on Theano',
        after='ZeroPadding2D([[1, 1], [1, 0]]) → Conv2D(kernel_size=[3, 2], padding="valid")',
        why="With `padding='same'`, Theano pads half the kernel size before the first element. TensorFlow pads what "
        "the strides need, with the larger half at the end. Both agree for odd kernels without strides; for others "
        "the output is shifted by one element.",
    )
)


@model_rule(THEANO_BORDER, Step.KERAS_2)
def theano_border(model: Model, era: Era) -> Model:
    """Pad before the convolution, as Theano did.

    Raises:
        MigrationError: ``SIL031`` for borders that no stock layer can be given.
    """
    if era.backend != "theano":
        return model
    for _, layer in model.walk():
        _refuse_unknown_border(layer)
    model = expand_chains(model, _CONVOLUTIONS, _padded)
    return expand_chains(model, _TRANSPOSED, _cropped)


def _padded(layer: Layer) -> Chain | None:
    rank = _CONVOLUTIONS[layer.class_name]
    if layer.config.get("padding") != "same" or _agrees(layer, rank):
        return None
    sizes = spread(layer.config["kernel_size"], rank)
    if any(rate > 1 for rate in spread(layer.config.get("dilation_rate", 1), rank)):
        raise refusal(layer, "it is dilated")
    borders = [[size // 2, size - 1 - size // 2] for size in sizes]
    config = {"padding": borders[0] if rank == 1 else borders}
    if rank > 1 and "data_format" in layer.config:
        config["data_format"] = layer.config["data_format"]
    elif layer.config.get("data_format") == "channels_first":
        raise refusal(layer, "ZeroPadding1D works only with channels last")
    pad = Layer(f"ZeroPadding{rank}D", f"{layer.name}_pad", config)
    return [pad, layer.with_config(padding="valid")]


def _cropped(layer: Layer) -> Chain | None:
    """A transposed convolution computes all of its output and loses half the kernel at the front."""
    rank = _TRANSPOSED[layer.class_name]
    if layer.config.get("padding") != "same" or _agrees(layer, rank):
        return None
    sizes = spread(layer.config["kernel_size"], rank)
    strides = spread(layer.config.get("strides", 1), rank)
    borders = [[k // 2, k - s - k // 2] for k, s in zip(sizes, strides, strict=True)]
    if any(behind < 0 for _, behind in borders) or layer.config.get("output_padding"):
        raise refusal(layer, "its output extends beyond the last full window")
    config = {"cropping": borders, "data_format": layer.config.get("data_format", "channels_last")}
    full = named(layer.with_config(padding="valid"), f"{layer.name}_full")
    return [full, Layer(f"Cropping{rank}D", layer.name, config)]


def _refuse_unknown_border(layer: Layer) -> None:
    if layer.class_name == "ConvLSTM2D" and layer.config.get("padding") == "same" and not _agrees(layer, 2):
        raise refusal(layer, "it is inside a recurrent layer")


def _agrees(layer: Layer, rank: int) -> bool:
    """Whether Theano and TensorFlow pad alike: odd kernels and no strides."""
    sizes = spread(layer.config["kernel_size"], rank)
    strides = spread(layer.config.get("strides", 1), rank)
    return all(size % 2 for size in sizes) and all(stride == 1 for stride in strides)
