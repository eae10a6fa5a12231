"""``hard_sigmoid`` was redefined: clip(0.2x + 0.5, 0, 1) in Keras 1 and 2, relu6(x + 3) / 6 in Keras 3.

Both are the same function of a scaled argument: 0.2x + 0.5 = (1.2x) / 6 + 0.5, and both are clipped at 0 and 1.
So a layer whose pre-activation is linear in its weights becomes exact by scaling the weights by 1.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model
from migrate.dialects.graph_rewrites import expand_chains
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.findings import Rule, Severity

SCALE = 1.2
REGISTERED = "keras_migrate>hard_sigmoid_keras2"
"""Name of the function that ``custom_objects.py`` registers where weights cannot be scaled."""

_DONE = "keras3:hard_sigmoid"
"""Marks an activation that is meant as Keras 3 defines it, until the last rule of this module."""

_GATES: Mapping[str, tuple[int, tuple[int, ...]]] = {
    **dict.fromkeys(("LSTM", "LSTMCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), (4, (0, 1, 3))),
    **dict.fromkeys(("ConvLSTM1DCell", "ConvLSTM2DCell", "ConvLSTM3DCell"), (4, (0, 1, 3))),
    **dict.fromkeys(("GRU", "GRUCell"), (3, (0, 1))),
}
"""Class to (number of gates, gates that use the recurrent activation): i, f, c, o and z, r, h."""
_KERNELS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D"), ("kernel", "bias")),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), ("kernel", "bias")),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), ("kernel", "bias")),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ("depthwise_kernel", "bias")),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("pointwise_kernel", "bias")),
    **dict.fromkeys(("SimpleRNN", "SimpleRNNCell"), ("kernel", "recurrent_kernel", "bias")),
}


@model_rule(
    Rule(
        "SIL024",
        "hard-sigmoid-activation",
        "An Activation layer computes the old `hard_sigmoid`.",
        Severity.SILENT,
        applies_to="<3",
        before='{"class_name": "Activation", "config": {"activation": "hard_sigmoid"}}',
        after='{"class_name": "Rescaling", "config": {"scale": 1.2}}, {"class_name": "Activation", …}',
        why="The layer has no weights that could contain the factor of 1.2, so a Rescaling layer is inserted before "
        "it.",
        references=("tensorflow/tensorflow#65381",),
    ),
    Step.KERAS_3,
)
def hard_sigmoid_activation(model: Model, era: Era) -> Model:
    """Put the factor into a layer of its own."""

    def scaled(layer: Layer) -> tuple[Layer, ...] | None:
        if not _is_hard(layer, "activation"):
            return None
        return Layer("Rescaling", f"{layer.name}_scale", {"scale": SCALE, "offset": 0.0}), layer.with_config(
            activation=_DONE
        )

    return expand_chains(model, {"Activation"}, scaled)


@layer_rule(
    Rule(
        "SIL001",
        "hard-sigmoid",
        "`hard_sigmoid` was a different function when the model was trained.",
        Severity.SILENT,
        applies_to="<3",
        before='{"class_name": "LSTM", "config": {"recurrent_activation": "hard_sigmoid"}}',
        after="the same layer, kernel, recurrent kernel and bias of the gates i, f and o scaled by 1.2",
        why="Loading an old LSTM unchanged silently gives different numbers (up to 0.1 on a random LSTM of 20 "
        "steps). Because 0.2x + 0.5 = (1.2x)/6 + 0.5, scaling the pre-activation makes the stock layer exact. "
        "Continued training from scaled weights is not the same optimisation; `--keep-weights` registers a function "
        "instead.",
        references=("tensorflow/tensorflow#65381", "keras-team/keras#19477"),
    ),
    Step.KERAS_3,
)
def hard_sigmoid(layer: Layer, era: Era) -> Layer:
    """Scale weights where the pre-activation is linear in them, else express the old function exactly."""
    if layer.class_name in _GATES and _is_hard(layer, "recurrent_activation"):
        layer = _fold_gates(layer) if _foldable(layer, era) else _registered(layer, "recurrent_activation")
    if layer.config.get("activation") == _DONE:
        return layer.with_config(activation="hard_sigmoid")
    if _is_hard(layer, "activation"):
        roles = _KERNELS.get(layer.class_name, ())
        if roles and not era.keep_weights and roles[0] in layer.weights and not _has_constraint(layer):
            return _fold_kernel(layer, roles)
        return _registered(layer, "activation")
    return layer


def _is_hard(layer: Layer, key: str) -> bool:
    value = layer.config.get(key)
    return value == "hard_sigmoid" or (isinstance(value, Mapping) and value.get("config") == "hard_sigmoid")


def _has_constraint(layer: Layer) -> bool:
    return any(key.endswith("_constraint") and value for key, value in layer.config.items())


def _foldable(layer: Layer, era: Era) -> bool:
    """Whether the gates' pre-activations are linear in the weights that the file holds."""
    return (
        not era.keep_weights
        and not _is_hard(layer, "activation")
        and not _has_constraint(layer)
        and {"kernel", "recurrent_kernel"} <= set(layer.weights)
    )


def _fold_gates(layer: Layer) -> Layer:
    gates, scaled = _GATES[layer.class_name]
    weights = dict(layer.weights)
    for role in ("kernel", "recurrent_kernel", "bias"):
        if role in weights:
            weights[role] = _scale_columns(weights[role], gates, scaled)
    return replace(layer, weights=weights)


def _scale_columns(array: Array, gates: int, scaled: tuple[int, ...]) -> Array:
    """Scale the blocks of the last axis that belong to the gates named; shape (..., gates * units)."""
    units = array.shape[-1] // gates
    factors = np.ones(array.shape[-1], dtype=array.dtype)
    for gate in scaled:
        factors[gate * units : (gate + 1) * units] = SCALE
    return (array * factors).astype(array.dtype)


def _fold_kernel(layer: Layer, roles: tuple[str, ...]) -> Layer:
    weights = {
        role: (array * np.asarray(SCALE, array.dtype)).astype(array.dtype) if role in roles else array
        for role, array in layer.weights.items()
    }
    return replace(layer, weights=weights)


def _registered(layer: Layer, key: str) -> Layer:
    changes: dict[str, Any] = {key: REGISTERED}
    return layer.with_config(**changes)
