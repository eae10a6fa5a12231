"""Activations that take each number by itself, so that the order of axes is nothing to them."""

from __future__ import annotations

from collections.abc import Mapping

LAYERS = frozenset({"ELU", "LeakyReLU", "ReLU", "ThresholdedReLU"})
"""Classes of layers that do, and may stand in the place of an activation's name."""
_NAMES = frozenset(
    {
        "elu",
        "exponential",
        "gelu",
        "hard_sigmoid",
        "leaky_relu",
        "linear",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "softplus",
        "softsign",
        "swish",
        "tanh",
    }
)


def pointwise(activation: object) -> bool:
    """Whether a stored activation is known to be one: a softmax is not, and what the author wrote may be anything."""
    name = activation.get("class_name") if isinstance(activation, Mapping) else activation
    return name is None or name in _NAMES or name in LAYERS
