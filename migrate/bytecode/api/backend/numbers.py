"""Functions of ``keras.backend`` on numbers: element by element, along axes, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from migrate.bytecode.api.backend.operands import tensor_operand
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Tensor, is_number


def unary(name: str) -> Callable[..., Any]:
    """A function of TensorFlow on one tensor."""

    def call(r: Recorder, x: Any) -> Any:
        return r.tensor(name, tensor_operand(x, f"tf.{name}"))

    return call


def binary(name: str) -> Callable[..., Any]:
    """A function of TensorFlow on two operands, one of which is a tensor."""

    def call(r: Recorder, x: Any, y: Any) -> Any:
        if not isinstance(x, Tensor) and not isinstance(y, Tensor):
            raise Refused(f"tf.{name} of only numbers")
        return r.tensor(name, r.operand(x, y), r.operand(y, x))

    return call


def reduction(name: str) -> Callable[..., Any]:
    """A function of TensorFlow that reduces a tensor along axes."""

    def call(r: Recorder, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
        value = tensor_operand(x, f"tf.{name}")
        if value.dtype == "bool" and name in ("math.reduce_mean", "math.reduce_std", "math.reduce_variance"):
            value = r.tensor("cast", value, dtype="float32")
        if value.dtype is None and name == "math.reduce_mean":
            raise Refused("the mean of a tensor whose dtype the file does not store")
        return r.tensor(
            name, value, axis=list(axis) if isinstance(axis, tuple) else axis, keepdims=bool(keepdims)
        )

    return call


def logical(name: str) -> Callable[..., Any]:
    """``K.any``, ``K.all``: of anything, as booleans."""

    def call(r: Recorder, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
        return r.tensor(name, r.tensor("cast", x, dtype="bool"), axis=axis, keepdims=bool(keepdims))

    return call


def position(name: str) -> Callable[..., Any]:
    """``K.argmax``, ``K.argmin``."""

    def call(r: Recorder, x: Any, axis: int = -1) -> Any:
        return r.tensor(name, x, axis=axis)

    return call


def cumulative(name: str) -> Callable[..., Any]:
    """``K.cumsum``, ``K.cumprod``."""

    def call(r: Recorder, x: Any, axis: int = 0) -> Any:
        return r.tensor(name, x, axis=axis)

    return call


def sqrt(r: Recorder, x: Any) -> Any:
    """``K.sqrt``: of what is not below zero."""
    return r.tensor("math.sqrt", r.tensor("math.maximum", tensor_operand(x, "K.sqrt"), 0.0))


def clip(r: Recorder, x: Any, min_value: Any = None, max_value: Any = None) -> Any:
    """``K.clip``; a maximum below the minimum is the minimum, none is infinity."""
    value = tensor_operand(x, "K.clip")
    if max_value is not None and min_value is not None and is_number(min_value) and is_number(max_value):
        max_value = max(max_value, min_value)
    if min_value is not None and (not is_number(min_value) or np.isfinite(min_value)):
        value = r.tensor("math.maximum", value, r.operand(min_value, value))
    if max_value is not None and (not is_number(max_value) or np.isfinite(max_value)):
        value = r.tensor("math.minimum", value, r.operand(max_value, value))
    return value


def l2_normalize(r: Recorder, x: Any, axis: Any = None) -> Any:
    """``K.l2_normalize``."""
    return r.tensor("math.l2_normalize", x, axis=axis)


def relu(r: Recorder, x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Any:
    """``K.relu``."""
    if threshold != 0 or not is_number(alpha):
        raise Refused("K.relu with a threshold")
    value = r.tensor("nn.leaky_relu", x, float(alpha)) if alpha else r.tensor("nn.relu", x)
    return value if max_value is None else r.tensor("math.minimum", value, r.operand(max_value, value))


def elu(r: Recorder, x: Any, alpha: float = 1.0) -> Any:
    """``K.elu``."""
    value = r.tensor("nn.elu", x)
    if alpha == 1:
        return value
    return r.tensor(
        "where", r.tensor("math.greater", x, 0.0), value, r.tensor("math.multiply", value, float(alpha))
    )


def softmax(r: Recorder, x: Any, axis: int = -1) -> Any:
    """``K.softmax``."""
    return r.tensor("nn.softmax", x, axis)


def hard_sigmoid(r: Recorder, x: Any) -> Any:
    """``K.hard_sigmoid``: ``clip(0.2 x + 0.5, 0, 1)``."""
    scaled = r.tensor("math.add", r.tensor("math.multiply", x, 0.2), 0.5)
    return clip(r, scaled, 0.0, 1.0)


def bias_add(r: Recorder, x: Any, bias: Any, data_format: Any = None) -> Any:
    """``K.bias_add``."""
    return r.tensor("math.add", x, bias)


def ctc_batch_cost(r: Recorder, y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """``K.ctc_batch_cost``."""
    return r.tensor("keras.backend.ctc_batch_cost", y_true, y_pred, input_length, label_length)
