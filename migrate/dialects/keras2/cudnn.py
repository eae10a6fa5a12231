"""``CuDNNLSTM`` and ``CuDNNGRU`` become LSTM and GRU.

Source: ``_convert_rnn_weights`` in ``saving/legacy/hdf5_format.py`` of 2.15. cuDNN multiplies by the transposed
matrices of each gate and adds two biases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import Rule, Severity

_GATES: Mapping[str, int] = {"CuDNNLSTM": 4, "CuDNNGRU": 3}


@layer_rule(
    Rule(
        "WGT004",
        "cudnn-recurrent",
        "A recurrent layer uses a cuDNN class.",
        Severity.ERROR,
        applies_to=">=2.0",
        before='{"class_name": "CuDNNGRU", "config": {"units": 2}}, bias of shape (12,)',
        after='{"class_name": "GRU", "config": {"units": 2, "reset_after": true, …}}, bias of shape (2, 6)',
        why="The classes needed a GPU and were removed from Keras 3. cuDNN stores each gate's matrices transposed, "
        "and two biases: LSTM needs their sum, GRU keeps both. LSTM and GRU use cuDNN automatically if available.",
    ),
    Step.KERAS_2,
    *_GATES,
)
def cudnn_recurrent(layer: Layer, era: Era) -> Layer:
    """Use LSTM or GRU with the weights in their layout."""
    is_gru = layer.class_name == "CuDNNGRU"
    config: dict[str, Any] = {
        **layer.config,
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
    }
    if is_gru:
        config["reset_after"] = True
    weights = dict(layer.weights)
    gates = _GATES[layer.class_name]
    if "kernel" in weights:
        weights["kernel"] = _by_gate(weights["kernel"], gates, transposed=False)
        weights["recurrent_kernel"] = _by_gate(weights["recurrent_kernel"], gates, transposed=True)
        halves = weights["bias"].reshape(2, -1)
        weights["bias"] = halves if is_gru else halves.sum(axis=0, dtype=halves.dtype)
    return replace(layer, class_name="GRU" if is_gru else "LSTM", config=config, weights=weights)


_PLAIN: Mapping[str, int] = {"LSTM": 4, "GRU": 3}


@layer_rule(
    Rule(
        "WGT025",
        "cudnn-weights",
        "A recurrent layer has weights that were saved by its cuDNN counterpart.",
        Severity.ERROR,
        applies_to=">=2.0",
        before='{"class_name": "LSTM", "config": {"units": 2}}, bias of shape (16,)',
        after='{"class_name": "LSTM", "config": {"units": 2}}, bias of shape (8,)',
        why="People trained with CuDNNLSTM on a GPU and built an LSTM elsewhere; `load_weights` of Keras 2 "
        "converted the weights on loading. Two biases in the file show this case. The reset gate of cuDNN's GRU "
        "acts after the product; a GRU with a different setting is not changed.",
    ),
    Step.KERAS_2,
    *_PLAIN,
)
def cudnn_weights(layer: Layer, era: Era) -> Layer:
    """Put the weights into the layout of the plain layer."""
    gates, bias, recurrent = (
        _PLAIN[layer.class_name],
        layer.weights.get("bias"),
        layer.weights.get("recurrent_kernel"),
    )
    is_gru = layer.class_name == "GRU"
    if bias is None or recurrent is None or bias.shape != (2 * gates * recurrent.shape[0],):
        return layer
    # A GRU that resets before the product is another function: no release reads these weights into it.
    if is_gru and layer.config.get("reset_after") is False:
        return layer
    halves = bias.reshape(2, -1)
    weights = {
        **layer.weights,
        "kernel": _by_gate(layer.weights["kernel"], gates, transposed=False),
        "recurrent_kernel": _by_gate(recurrent, gates, transposed=True),
        "bias": halves if is_gru else halves.sum(axis=0, dtype=halves.dtype),
    }
    config = {**layer.config, "reset_after": True} if is_gru else layer.config
    return replace(layer, config=config, weights=weights)


def _by_gate(array: Array, gates: int, *, transposed: bool) -> Array:
    """Each gate's matrix in the layout of Keras: transposed, or of the same shape but written by columns."""
    blocks = np.split(array, gates, axis=1)
    if transposed:
        return np.concatenate([block.T for block in blocks], axis=1)
    return np.concatenate([block.T.reshape(block.shape, order="F") for block in blocks], axis=1)
