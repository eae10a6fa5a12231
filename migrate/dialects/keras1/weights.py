"""Weight layouts of Keras 1: names, gates, and the order of a kernel's dimensions.

Source: ``build`` and ``call`` of ``keras/layers`` of 1.2.2; the layouts of Keras 2 are those of its own
``preprocess_weights_for_loading`` (``keras/engine/topology.py`` of 2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity


def _each(roles: Mapping[str, str], *classes: str) -> dict[str, Mapping[str, str]]:
    return dict.fromkeys(classes, roles)


_GATES: Mapping[str, tuple[str, ...]] = {
    "LSTM": ("i", "f", "c", "o"),
    "ConvLSTM2D": ("i", "f", "c", "o"),
    "GRU": ("z", "r", "h"),
}
"""Order in which Keras 2 concatenates the gates."""
_ROLES: Mapping[str, Mapping[str, str]] = {
    "BatchNormalization": {"running_mean": "moving_mean", "running_std": "moving_variance"},
    "Embedding": {"W": "embeddings"},
    "PReLU": {"alphas": "alpha"},
    **_each({"W": "kernel", "U": "recurrent_kernel", "b": "bias"}, "LSTM", "GRU", "SimpleRNN"),
    **_each(
        {"W": "kernel", "b": "bias"},
        "Dense",
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Conv2DTranspose",
        "LocallyConnected1D",
        "LocallyConnected2D",
    ),
    "SeparableConv2D": {"b": "bias"},
}
_CHANNELS_FIRST: Mapping[int, tuple[int, ...]] = {4: (2, 3, 1, 0), 5: (2, 3, 4, 1, 0)}
"""Rank of a kernel to the transposition from (filters, channels, sizes…) to (sizes…, channels, filters)."""


@layer_rule(
    Rule(
        "WGT002",
        "keras1-gates",
        "A recurrent layer has one array for each gate.",
        Severity.ERROR,
        applies_to="<2",
        before="lstm_1_W_i, lstm_1_U_i, lstm_1_b_i, lstm_1_W_c, … (12 arrays in the order i, c, f, o)",
        after="kernel, recurrent_kernel, bias (gates side by side in the order i, f, c, o)",
        why="Keras 1 stored 12 arrays for an LSTM or ConvLSTM2D and 9 for a GRU. Keras 2 concatenates them, with "
        "the gates of an LSTM in a different order. Keras 3: `Layer expects 3 weight(s). Received 12 saved "
        "weight(s)`.",
    ),
    Step.KERAS_1,
    *_GATES,
)
def keras1_gates(layer: Layer, era: Era) -> Layer:
    """Join the arrays of the gates."""
    gates = _GATES[layer.class_name]
    if f"W_{gates[0]}" not in layer.weights:
        return layer
    joined = {
        role: np.concatenate([_kernel(layer, layer.weights[f"{kind}_{gate}"]) for gate in gates], axis=-1)
        for kind, role in (("W", "kernel"), ("U", "recurrent_kernel"), ("b", "bias"))
    }
    return replace(layer, weights=joined)


@layer_rule(
    Rule(
        "WGT003",
        "keras1-layout",
        "A layer's arrays have Keras 1 names and dimension order.",
        Severity.ERROR,
        applies_to="<2",
        before='convolution2d_1_W of shape (8, 3, 5, 5), with "dim_ordering": "th"',
        after="kernel of shape (5, 5, 3, 8)",
        why="Keras 1 stored kernels as its backend needed them: (filters, channels, rows, columns) for `th`, with "
        "an extra dimension for Conv1D. Keras 2 has one layout for both channel orders. `running_std` in batch "
        "normalisation was already a variance.",
    ),
    Step.KERAS_1,
    *_ROLES,
)
def keras1_layout(layer: Layer, era: Era) -> Layer:
    """Name the arrays as Keras 2 does and transpose kernels."""
    names = _ROLES[layer.class_name]
    if not layer.weights or not any(role in names for role in layer.weights):
        return layer
    weights = {
        names.get(role, role): _kernel(layer, array) if array.ndim > 1 else array
        for role, array in layer.weights.items()
    }
    return replace(layer, weights=weights)


def _kernel(layer: Layer, array: Array) -> Array:
    """An array of a layer in the layout of Keras 2; only kernels of convolutions differ."""
    channels_first = layer.config.get("data_format") == "channels_first"
    match layer.class_name:
        case "Conv1D":
            return _kernel_1d(layer.config, array)
        case "Conv2D" | "Conv3D" | "ConvLSTM2D" | "SeparableConv2D" if channels_first and array.ndim > 3:
            return array.transpose(_CHANNELS_FIRST[array.ndim])
        case "Conv2DTranspose":
            last = array.transpose(_CHANNELS_FIRST[4]) if channels_first else array
            return last.transpose(0, 1, 3, 2)
        case _:
            return array


def _kernel_1d(config: Mapping[str, Any], array: Array) -> Array:
    """(length, channels, filters) of either Keras 1 form.

    From 1.1.1: (length, 1, channels, filters); before: (filters, channels, length, 1).
    """
    if array.ndim == 3:
        return array
    length = np.ravel(config["kernel_size"])[0]
    if array.shape[:2] == (length, 1) and array.shape[3] == config["filters"]:
        return array[:, 0]
    return array.transpose(_CHANNELS_FIRST[4])[:, 0]
