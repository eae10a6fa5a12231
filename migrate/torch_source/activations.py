"""Keras' activation functions as functions of PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.torch_source.piece import Operand, Use

FUNCTIONS: Mapping[str, str] = {
    "relu": "F.relu",
    "relu6": "F.relu6",
    "sigmoid": "torch.sigmoid",
    "hard_sigmoid": "F.hardsigmoid",
    "tanh": "torch.tanh",
    "hard_tanh": "F.hardtanh",
    "softplus": "F.softplus",
    "softsign": "F.softsign",
    "elu": "F.elu",
    "selu": "F.selu",
    "silu": "F.silu",
    "swish": "F.silu",
    "hard_silu": "F.hardswish",
    "hard_swish": "F.hardswish",
    "gelu": "F.gelu",
    "mish": "F.mish",
    "celu": "F.celu",
    "exponential": "torch.exp",
    "log_sigmoid": "F.logsigmoid",
    "tanh_shrink": "F.tanhshrink",
    "hard_shrink": "F.hardshrink",
    "soft_shrink": "F.softshrink",
}
"""By Keras' name, functions of one tensor that need no further argument."""
_WITH_ARGUMENT: Mapping[str, str] = {"leaky_relu": "F.leaky_relu({}, 0.2)"}
_OVER_AXIS: Mapping[str, str] = {"softmax": "torch.softmax", "log_softmax": "torch.log_softmax"}


def function_named(stored: Any, use: Use) -> str:
    """The function for a stored activation, such as ``torch.tanh``; empty for none at all.

    Raises:
        MigrationError: ``EXP028`` for one that is not known, or needs to know an axis.
    """
    name = name_of(stored)
    if name in (None, "linear"):
        return ""
    if name not in FUNCTIONS:
        raise use.refused(f"its activation {name!r} is not supported")
    return FUNCTIONS[name]


def activated(stored: Any, text: str, like: Operand, use: Use, *, channels_first: bool) -> str:
    """An expression with the stored activation around it.

    Args:
        stored: from a layer's configuration.
        text: the expression of the tensor.
        like: a tensor of the same rank.
        use: for messages.
        channels_first: of the expression.
    """
    name = name_of(stored)
    if name is not None and name in _WITH_ARGUMENT:
        return _WITH_ARGUMENT[name].format(text)
    if name is not None and name in _OVER_AXIS:
        dim = 1 if channels_first and like.rank > 2 else -1
        return f"{_OVER_AXIS[name]}({text}, dim={dim})"
    function = function_named(stored, use)
    return f"{function}({text})" if function else text


def name_of(stored: Any) -> str | None:
    """The name of a stored activation; the class name of one that is a layer or registered function."""
    if isinstance(stored, Mapping):
        if stored.get("class_name") == "function" and stored.get("module") in (
            "builtins",
            "keras.activations",
            None,
        ):
            return str(stored.get("config"))
        return str(stored.get("registered_name") or stored.get("class_name"))
    return None if stored is None else str(stored)
