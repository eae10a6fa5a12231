"""Layers of HGQ (``HGQ/layers`` and ``HGQ/quantizer/quantizer.py`` of 0.2), whose numbers have bits of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, TensorRef, structure_refs
from migrate.dialects.foreign import Around, Foreign, graph_adapter, layer_adapter, refusal, weight_of
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.rule import Era
from migrate.dialects.shapes import Shape, output_shape
from migrate.dialects.variables import Roles, own_roles
from migrate.findings import Fix, Rule, Severity

_PACKAGE = "HGQ"
_REGISTERED = frozenset({_PACKAGE})
_REFERENCES = ("fastmachinelearning/hls4ml#1473",)
_CONVOLUTION = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias")
_STOCK: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "HDense": ("Dense", ("units", "use_bias")),
    "HConv1D": ("Conv1D", _CONVOLUTION),
    "HConv2D": ("Conv2D", _CONVOLUTION),
    "HActivation": ("Activation", ("activation",)),
    "HAdd": ("Add", ()),
    "HQuantize": ("Activation", ()),
}
"""Class to the stock one that computes the same before its output is rounded, and the arguments that decide it."""
_PASSIVE = {
    f"P{name}": name
    for name in (
        *("Reshape", "Flatten", "Concatenate", "Dropout", "Permute"),
        *("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"),
    )
}
_QUANTISERS = frozenset({"kq_conf", "paq_conf"})
_FLOOR = ("floor", 3)


def _stock(layer: Layer) -> Layer:
    name, keys = _STOCK[layer.class_name.rpartition(">")[2]]
    config = {key: layer.config[key] for key in keys if key in layer.config}
    return Layer(name, layer.name, {"activation": "linear", **config} if name != "Add" else config)


def _roles(layer: Layer) -> Roles:
    own = own_roles(_stock(layer)) or ()
    return (*own, *(("kernel_bw",) if "kernel" in own else ()), "activation_bw", "beta", "bops")


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return output_shape(_stock(layer), inputs)


@graph_adapter(
    Rule(
        "ECO210",
        "hgq-layer",
        "Each weight and each output of an HGQ layer is rounded to bits of its own.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "HGQ>HDense", "config": {"units": 4, "kq_conf": {…}, "paq_conf": {…}, …}}',
        after='{"class_name": "Dense", …} with the rounded kernel, then scale, floor and scale as operations',
        why="In inference the rounded weights are constants, and all scales are powers of two. The bits are learned "
        "while training, which the migrated model does not continue; HGQ2 is made for Keras 3. A difference of 1e-7 "
        "before a rounding can become a whole step after it. A mask that reaches a layer is refused.",
        references=_REFERENCES,
    ),
    *(
        Foreign(
            _PACKAGE,
            _PACKAGE,
            name,
            _REGISTERED,
            keys=_QUANTISERS,
            roles=_roles,
            shape=_shape,
            unmasked=True,
        )
        for name in _STOCK
    ),
)
def layer_of_own_bits(layer: Layer, around: Around) -> Fragment:
    """The stock layer with rounded weights, and its rounded output.

    Raises:
        MigrationError: ``ECO090`` for channels in front, and without weights.
    """
    if layer.config.get("data_format") == "channels_first":
        raise refusal(layer, "its channels stand in front")
    stock, fragment = _stock(layer), Fragment(layer)
    bits, settings = weight_of(layer, "activation_bw"), layer.config["paq_conf"]
    bias, down = layer.weights.get("bias"), _rounds_down(layer, settings, bits)
    weights: dict[str, Array] = {}
    if "kernel" in layer.weights:
        kernel = layer.config["kq_conf"]
        scale = _scale(weight_of(layer, "kernel_bw"), kernel)
        weights["kernel"] = _rounded(layer.weights["kernel"], scale, down=kernel["rnd_strategy"] in _FLOOR)
    if bias is not None:
        most = bits.max(axis=tuple(range(bits.ndim - 1)))
        weights["bias"] = _rounded(bias, _scale(most, settings), down=down)
    refs = list(structure_refs(layer.nodes[0].args)) if layer.nodes else []
    given: Any = (
        [fragment.input(at) for at in range(len(refs))] if stock.class_name == "Add" else fragment.input()
    )
    output = fragment.add(stock.class_name, "layer", given, stock.config, weights)
    output = _fixed(fragment, output, _scale(bits, settings), down=down)
    if weights:
        fragment.add(
            "Activation", "activated", output, {"activation": layer.config.get("activation") or "linear"}
        )
    return fragment


def _rounds_down(layer: Layer, settings: Mapping[str, Any], bits: Array) -> bool:
    """Whether outputs are rounded down; ``auto`` does so where the bias cannot cover it (``can_bias_cover_rnd``)."""
    if settings["rnd_strategy"] != "auto":
        return settings["rnd_strategy"] in _FLOOR
    bias = layer.weights.get("bias")
    covers = bias is not None and (bits.size == 1 or bits.size == bits.shape[-1] == bias.size)
    return not covers


def _scale(bits: Array, settings: Mapping[str, Any]) -> Array:
    """Two to the power of the bits behind the point."""
    clip = settings.get("bw_clip")
    bits = np.clip(bits, *clip) if clip else bits
    return np.asarray(np.float32(2.0) ** np.round(bits), dtype="float32")


def _rounded(weights: Array, scale: Array, *, down: bool) -> Array:
    x = np.asarray(weights, dtype="float32")
    value = np.floor(x * scale + np.float32(0.0 if down else 0.5)) / scale
    return np.asarray(
        x + (value - x), dtype="float32"
    )  # as the package, whose last bit may differ from the value


def _fixed(fragment: Fragment, source: TensorRef, scale: Array, *, down: bool) -> TensorRef:
    """``x + stop_gradient(floor(x scale + 1/2) / scale - x)``."""
    offset = {"scale": scale[0].tolist(), "offset": 0.0 if down else 0.5}
    whole = fragment.operation("whole", "math.floor", fragment.add("Rescaling", "scaled", source, offset))
    value = fragment.add("Rescaling", "value", whole, {"scale": (1 / scale[0]).tolist(), "offset": 0.0})
    apart = fragment.operation("apart", "math.subtract", value, y=source)
    held = fragment.operation("held", "stop_gradient", apart)
    return fragment.operation("rounded", "math.add", source, y=held)


@layer_adapter(
    Rule(
        "ECO211",
        "hgq-passive-layer",
        "HGQ has classes of its own for layers that do not round.",
        Severity.ERROR,
        before='{"class_name": "HGQ>PFlatten", "config": {"name": "p_flatten", …}}',
        after='{"class_name": "Flatten", "config": {"name": "p_flatten", …}}',
        why="They hand on the number of bits and compute what Keras' own class computes.",
        references=_REFERENCES,
    ),
    *(
        Foreign(
            _PACKAGE,
            _PACKAGE,
            name,
            _REGISTERED,
            shape=lambda layer, inputs: output_shape(_passive(layer), inputs),
        )
        for name in _PASSIVE
    ),
)
def passive(layer: Layer, era: Era) -> Layer:
    """Keras' own class."""
    return _passive(layer)


def _passive(layer: Layer) -> Layer:
    return layer.renamed_class(_PASSIVE[layer.class_name.rpartition(">")[2]])
