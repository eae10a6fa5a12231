"""Which variables the classes of Keras 1 have: roles in the order Keras 1.0 to 1.2 save them.

Source: ``build`` of each layer in ``keras/layers`` of 1.2.2. A recurrent layer holds one array per gate unless
it was built with ``consume_less="gpu"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer

LSTM_GATES = ("i", "c", "f", "o")
"""Order in which Keras 1 saves the gates of an LSTM; Keras 2 concatenates them as i, f, c, o."""
GRU_GATES = ("z", "r", "h")

_KERNEL = frozenset(
    (
        "Dense",
        "TimeDistributedDense",
        "MaxoutDense",
        "Convolution1D",
        "Convolution2D",
        "Convolution3D",
        "AtrousConvolution1D",
        "AtrousConvolution2D",
        "Deconvolution2D",
        "LocallyConnected1D",
        "LocallyConnected2D",
        "Conv1D",
        "Conv2D",
        "Conv3D",
    )
)


def _gates(gates: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{kind}_{gate}" for gate in gates for kind in ("W", "U", "b"))


def own_roles_keras1(layer: Layer) -> tuple[str, ...] | None:
    """Roles of a Keras 1 layer's own variables; empty for a class that has none."""
    config: Mapping[str, Any] = layer.config
    bias = config.get("bias", True)
    match layer.class_name:
        case name if name in _KERNEL:
            return ("W", "b") if bias else ("W",)
        case "SeparableConvolution2D":
            return ("depthwise_kernel", "pointwise_kernel", "b")[: 3 if bias else 2]
        case "LSTM":
            return ("W", "U", "b") if config.get("consume_less") == "gpu" else _gates(LSTM_GATES)
        case "ConvLSTM2D":
            return _gates(LSTM_GATES)
        case "GRU":
            return ("W", "U", "b") if config.get("consume_less") == "gpu" else _gates(GRU_GATES)
        case "SimpleRNN":
            return ("W", "U", "b")
        case "BatchNormalization":
            return ("gamma", "beta", "running_mean", "running_std")
        case "Embedding":
            return ("W",)
        case "Highway":
            return ("W", "W_carry", "b", "b_carry") if bias else ("W", "W_carry")
        case "PReLU" | "ParametricSoftplus":
            return ("alphas",) if layer.class_name == "PReLU" else ("alphas", "betas")
        case "SReLU":
            return ("t_left", "a_left", "t_right", "a_right")
        case _:
            return ()
