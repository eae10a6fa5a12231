"""Convolutions of Keras 1 that Keras 2 says otherwise: full borders, and deconvolution by output shape.

Source: ``keras/layers/convolutional.py`` and ``keras/utils/np_utils.py`` of 1.2.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model
from migrate.dialects.graph_rewrites import Chain, expand_chains
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.dialects.shapes import spread
from migrate.findings import MigrationError, Rule, Severity

_UNSAID = frozenset(
    f"{name}{rank}D"
    for name in ("UpSampling", "ZeroPadding", "Cropping", "SpatialDropout")
    for rank in (2, 3)
)
"""Classes that did not write their ``dim_ordering``."""
_PADDED = {"Conv1D": 1, "Conv2D": 2, "Conv3D": 3}


@model_rule(
    Rule(
        "CFG119",
        "missing-ordering",
        "A layer does not store the order of its dimensions.",
        Severity.SILENT,
        applies_to="<2",
        before='{"class_name": "UpSampling2D", "config": {"size": [2, 2]}} among layers with "dim_ordering": "th"',
        after='{"class_name": "UpSampling2D", "config": {"size": [2, 2], "data_format": "channels_first"}}',
        why="Keras 1 omitted `dim_ordering` from the configurations of UpSampling, ZeroPadding, Cropping and "
        "SpatialDropout: it was that of the writer's `keras.json`. The surrounding convolutions show which one that "
        "was.",
    ),
    Step.KERAS_1,
)
def missing_ordering(model: Model, era: Era) -> Model:
    """Take the order that the other layers of the model have, or else the default of the writer's backend.

    Raises:
        MigrationError: ``CFG120`` when the other layers do not agree.
    """
    missing = [
        layer.name
        for layer in model.layers
        if layer.class_name in _UNSAID and "data_format" not in layer.config
    ]
    if not missing:
        return model
    said = {layer.config["data_format"] for _, layer in model.walk() if "data_format" in layer.config}
    if len(said) > 1:
        raise MigrationError(
            "CFG120",
            f"{missing[0]!r} does not store the order of its dimensions, and the other layers use both orders",
            'Write "dim_ordering" into the configuration of the layer.',
            place=missing[0],
        )
    default = "channels_first" if era.backend == "theano" else "channels_last"
    order = said.pop() if said else default
    layers = tuple(
        layer.with_config(data_format=order) if layer.name in missing else layer for layer in model.layers
    )
    return replace(model, layers=layers)


@model_rule(
    Rule(
        "CFG116",
        "full-border",
        "A convolution has the border mode `full`.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Convolution1D", "config": {"filter_length": 3, "border_mode": "full"}}',
        after='ZeroPadding1D([2, 2]) → Conv1D(kernel_size=3, padding="valid")',
        why="Theano computes every position where kernel and input overlap. This is a valid convolution of the "
        "input, padded by the kernel size minus one on each side.",
    ),
    Step.KERAS_1,
)
def full_border(model: Model, era: Era) -> Model:
    """Pad before the convolution."""
    return expand_chains(model, _PADDED, _padded)


def _padded(layer: Layer) -> Chain | None:
    if layer.config.get("padding") != "full":
        return None
    rank = _PADDED[layer.class_name]
    rates = spread(layer.config.get("dilation_rate", 1), rank)
    reach = [(k - 1) * r for k, r in zip(spread(layer.config["kernel_size"], rank), rates, strict=True)]
    padding: Any = [reach[0], reach[0]] if rank == 1 else [[r, r] for r in reach]
    config: dict[str, Any] = {"padding": padding}
    if "data_format" in layer.config:
        config["data_format"] = layer.config["data_format"]
    pad = Layer(f"ZeroPadding{rank}D", f"{layer.name}_pad", config)
    return [pad, layer.with_config(padding="valid")]


@layer_rule(
    Rule(
        "CFG117",
        "deconvolution-output-shape",
        "A deconvolution stores its output shape.",
        Severity.ERROR,
        applies_to="<2",
        before='{"class_name": "Deconvolution2D", "config": {"output_shape": [null, 6, 8, 3], "subsample": [2, 2], …}}',
        after='{"class_name": "Conv2DTranspose", "config": {"strides": [2, 2], …}}',
        why="Keras 2 computes the output shape from the input's, and uses `output_padding` for the sizes that the "
        "strides leave undetermined.",
    ),
    Step.KERAS_1,
    "Conv2DTranspose",
)
def deconvolution_output_shape(layer: Layer, era: Era) -> Layer:
    """Say the output shape by ``output_padding`` where it is not the one that Keras 2 computes itself.

    Raises:
        MigrationError: ``CFG118`` for a shape that the strides cannot give.
    """
    shape = layer.config.get("output_shape")
    if shape is None:
        return layer
    sizes = shape[2:4] if layer.config.get("data_format") == "channels_first" else shape[1:3]
    strides = spread(layer.config.get("strides", 1), 2)
    kernel = spread(layer.config["kernel_size"], 2)
    same = layer.config.get("padding") == "same"
    padding: list[int] = []
    default = True
    for size, stride, length in zip(sizes, strides, kernel, strict=True):
        if size is None:
            return layer.with_config(drop=("output_shape",))
        # Without output_padding: inputs * stride ("same"), inputs * stride + max(kernel - stride, 0) ("valid").
        inputs = -(-size // stride) if same else (size - length) // stride + 1
        computed = inputs * stride + (0 if same else max(length - stride, 0))
        default = default and computed == size
        padding.append(size - ((inputs - 1) * stride + length - 2 * (length // 2 if same else 0)))
    if default:
        return layer.with_config(drop=("output_shape",))
    if any(not 0 <= p < s for p, s in zip(padding, strides, strict=True)):
        raise MigrationError(
            "CFG118",
            f"deconvolution {layer.name!r} has the output shape {shape}, which its strides {strides} cannot produce",
            "Replace the layer in the source by a Conv2DTranspose and a Cropping2D or ZeroPadding2D.",
            place=layer.name,
        )
    return layer.with_config(drop=("output_shape",), output_padding=padding)
