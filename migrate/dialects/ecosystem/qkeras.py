"""Quantised layers of QKeras (``qkeras/qlayers.py``, ``qconvolutional.py`` and ``quantizers.py`` of 0.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.capsule.model import Array, Layer, TensorRef
from migrate.dialects.ecosystem.qkeras_quantisers import UnknownQuantiserError, called, rounded, settings_of
from migrate.dialects.foreign import Around, Foreign, declare_unmasked, graph_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape, output_shape
from migrate.dialects.variables import Roles, own_roles
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "QKeras", "qkeras"
_PLAIN = frozenset({"linear", "relu", "tanh", "sigmoid", "softmax", "softplus", "elu", "selu"})
_CONVOLUTION = (
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "data_format",
    "dilation_rate",
    "groups",
    "use_bias",
)
_DEPTHWISE = (
    "kernel_size",
    "strides",
    "padding",
    "depth_multiplier",
    "data_format",
    "dilation_rate",
    "use_bias",
)
_STOCK = {
    "QDense": ("Dense", ("units", "use_bias")),
    "QConv1D": ("Conv1D", _CONVOLUTION),
    "QConv2D": ("Conv2D", _CONVOLUTION),
    "QDepthwiseConv2D": ("DepthwiseConv2D", _DEPTHWISE),
    "QSeparableConv1D": ("SeparableConv1D", ("filters", *_DEPTHWISE)),
    "QSeparableConv2D": ("SeparableConv2D", ("filters", *_DEPTHWISE)),
}
"""Class to the stock one with the same sum, and the arguments that decide it."""


def _stock(layer: Layer) -> Layer:
    """The layer that computes the same with weights as they are."""
    name, keys = _STOCK[layer.class_name.rpartition(">")[2]]
    config = {key: layer.config[key] for key in keys if key in layer.config}
    return Layer(name, layer.name, {**config, "activation": "linear"})


def _roles(layer: Layer) -> Roles:
    return own_roles(_stock(layer)) or ()


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return output_shape(_stock(layer), inputs)


def _scaled_by_values(layer: Layer) -> bool:
    """Whether a quantiser of weights computes its scale from them, along an axis that the file does not tell."""
    for key, stored in layer.config.items():
        if key.endswith("_quantizer") and stored is not None:
            try:
                found = called(stored)
            except UnknownQuantiserError:
                continue  # refused with its name later
            if found.name == "quantized_bits" and isinstance(found.get("alpha", None), str):
                return True
    return False


def _quantised(name: str) -> frozenset[str]:
    """The configuration keys that only this family has."""
    kernel = "depthwise" if "Depthwise" in name or "Separable" in name else "kernel"
    pointwise = {"pointwise_quantizer"} if "Separable" in name else set()
    return frozenset({f"{kernel}_quantizer", "bias_quantizer", *pointwise})


@graph_adapter(
    Rule(
        "ECO114",
        "qkeras-layer",
        "Weights of a QKeras layer are rounded to a few bits in each call.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "QDense", "config": {"kernel_quantizer": {"class_name": "quantized_bits", …}}}',
        after='{"class_name": "Dense", …} with the rounded kernel, and the quantiser of its activation as operations',
        why="In inference the rounded weights are constants, which are stored. Continued training does not round "
        "them again; qkeras-v3 and HGQ2 are made for that. Supported are the quantisers `quantized_bits`, `ternary` "
        "and `binary` for weights and `quantized_bits` and `quantized_relu` for activations. The package does not "
        'store `scale_axis`, which matters where `quantized_bits` computes its scale (`alpha="auto"`): its own '
        "`load_model` takes the last axis, and so does this, once `--stock-names CLASS` or a recording confirms it. "
        "Behind a mask, a QDense "
        "with such an activation is refused: operations lose the mask.",
        references=("fastmachinelearning/hls4ml#1116",),
    ),
    *(
        Foreign(
            _PACKAGE,
            _PREFIX,
            name,
            keys=_quantised(name),
            roles=_roles,
            shape=_shape,
            doubt="the package does not store the `scale_axis` of its quantisers: the file is right only for a model "
            "that was built without it",
            doubtful=_scaled_by_values,
        )
        for name in _STOCK
    ),
)
def layer_of_few_bits(layer: Layer, around: Around) -> Fragment:
    """The stock layer with rounded weights.

    Raises:
        MigrationError: ``ECO090`` for a quantiser that is not known, and without weights.
    """
    if not layer.weights:
        raise refusal(layer, "the file contains no weights for it")
    if layer.config.get("mask") is not None:
        raise refusal(layer, "a mask hides part of its kernel")
    stock, fragment = _stock(layer), Fragment(layer)
    weights = {role: _weight(layer, role, array) for role, array in layer.weights.items()}
    output = fragment.add(stock.class_name, "layer", fragment.input(), stock.config, weights)
    _activated(fragment, output)
    return fragment


@graph_adapter(
    Rule(
        "ECO115",
        "qkeras-activation",
        "A QKeras activation rounds its input to a few bits.",
        Severity.ERROR,
        before='{"class_name": "QActivation", "config": {"activation": "quantized_relu(4,0)"}}',
        after="scale, round and clip as operations, with the gradient of the activation",
        why="All scales are powers of two, so the operations give exactly the numbers of the package.",
        references=("fastmachinelearning/hls4ml#1116",),
    ),
    Foreign(
        _PACKAGE, _PREFIX, "QActivation", keys=frozenset({"activation"}), shape=unchanged, peculiar=False
    ),
)
def activation(layer: Layer, around: Around) -> Fragment:
    """The operations of the quantiser.

    Raises:
        MigrationError: ``ECO090`` for a quantiser that is not known.
    """
    fragment = Fragment(layer)
    _activated(fragment, fragment.input())
    return fragment


def _weight(layer: Layer, role: str, array: Array) -> Array:
    stored = layer.config.get(f"{role.removesuffix('_kernel')}_quantizer")
    if stored is None:
        return array
    try:
        return rounded(array, called(stored))
    except UnknownQuantiserError as unknown:
        raise refusal(layer, str(unknown)) from unknown


def _activation(layer: Layer) -> Any:
    return layer.config.get("activation") or "linear"


def _is_plain(stored: Any) -> bool:
    """Whether an activation is one of Keras."""
    return isinstance(stored, str) and stored in _PLAIN


declare_unmasked(lambda layer: layer.class_name == f"{_PREFIX}>QDense" and not _is_plain(_activation(layer)))


def _activated(fragment: Fragment, source: TensorRef) -> None:
    """Add what the activation of the owner does, also where it does nothing."""
    layer = fragment.owner
    stored = _activation(layer)
    if _is_plain(stored):
        fragment.add("Activation", "activated", source, {"activation": stored})
        return
    try:
        found = settings_of(called(stored))
    except UnknownQuantiserError as unknown:
        raise refusal(layer, str(unknown)) from unknown

    operation = fragment.operation
    scaled = operation("scaled", "math.multiply", source, y=1.0 / found.step)
    whole = operation("whole", "math.round", scaled)
    inside = operation(
        "inside", "clip_by_value", whole, clip_value_min=found.lowest, clip_value_max=found.highest
    )
    value = operation("value", "math.multiply", inside, y=found.step * found.scale)
    smooth = source
    if found.rectified:
        top = found.highest * found.step
        smooth = operation("smooth", "clip_by_value", source, clip_value_min=0.0, clip_value_max=top)
    apart = operation("apart", "math.subtract", value, y=smooth)
    operation("rounded", "math.add", smooth, y=operation("held", "stop_gradient", apart))
