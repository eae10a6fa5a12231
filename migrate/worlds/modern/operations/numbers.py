"""Arithmetic, products and normalisation with TensorFlow's parameters and defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import keras
import numpy as np
from keras import ops

from migrate.findings import MigrationError


def squared_difference(x: Any, y: Any) -> Any:
    """``tf.math.squared_difference``."""
    return ops.square(ops.subtract(x, y))


def multiply_no_nan(x: Any, y: Any) -> Any:
    """``tf.math.multiply_no_nan``: 0 where y is 0, even for an infinite x."""
    return ops.where(ops.equal(y, 0), ops.zeros_like(ops.multiply(x, y)), ops.multiply(x, y))


def xlogy(x: Any, y: Any) -> Any:
    """``tf.math.xlogy``: 0 where x is 0."""
    safe = ops.where(ops.equal(x, 0), ops.ones_like(y), y)
    return ops.multiply(x, ops.log(safe))


def xdivy(x: Any, y: Any) -> Any:
    """``tf.math.xdivy``: 0 where x is 0."""
    return ops.divide(x, ops.where(ops.equal(x, 0), ops.ones_like(y), y))


def xlog1py(x: Any, y: Any) -> Any:
    """``tf.math.xlog1py``: 0 where x is 0."""
    return ops.multiply(x, ops.log1p(ops.where(ops.equal(x, 0), ops.zeros_like(y), y)))


def erfc(x: Any) -> Any:
    """``tf.math.erfc``."""
    return ops.subtract(1.0, ops.erf(x))


def truncatemod(x: Any, y: Any) -> Any:
    """``tf.truncatemod``: the remainder with the sign of x, exactly (x / y of large numbers is rounded).

    The least integer of a type has no absolute value in it and gives another remainder.
    """
    size = abs(y) if isinstance(y, int | float) else ops.absolute(y)
    if isinstance(x, int | float):
        return ops.multiply(
            float(np.sign(x)) if isinstance(x, float) else int(np.sign(x)), ops.mod(abs(x), size)
        )
    return ops.multiply(ops.sign(x), ops.mod(ops.absolute(x), size))


def zero_fraction(value: Any) -> Any:
    """``tf.math.zero_fraction``."""
    return ops.mean(ops.cast(ops.equal(value, 0), "float32"))


def maximum(x: Any, y: Any) -> Any:
    """``tf.maximum``; the least of all bounds changes nothing (and is no number that a file can hold)."""
    return x if _is(y, -np.inf) else y if _is(x, -np.inf) else ops.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """``tf.minimum``; the greatest of all bounds changes nothing."""
    return x if _is(y, np.inf) else y if _is(x, np.inf) else ops.minimum(x, y)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """``tf.clip_by_value``; ``ops.clip`` takes no tensors as bounds in a graph, and no infinite ones."""
    tensors = any(isinstance(bound, keras.KerasTensor) for bound in (clip_value_min, clip_value_max))
    if tensors or _is(clip_value_min, -np.inf) or _is(clip_value_max, np.inf):
        return maximum(minimum(t, clip_value_max), clip_value_min)
    return ops.clip(t, clip_value_min, clip_value_max)


def _is(value: Any, number: float) -> bool:
    return isinstance(value, int | float) and value == number


def saturate_cast(value: Any, dtype: str) -> Any:
    """``tf.saturate_cast`` of floating-point numbers to integers."""
    limits = np.iinfo(dtype)
    return ops.cast(ops.clip(value, float(limits.min), float(limits.max)), dtype)


def reduce_mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """``tf.reduce_mean``; of integers it is an integer, cut towards zero, whose sum has 64 bits (32 on JAX)."""
    over = tuple(axis) if isinstance(axis, list) else axis
    if "int" not in str(x.dtype):
        return ops.mean(x, axis=over, keepdims=bool(keepdims))
    wide = ops.cast(x, "int64")
    total = ops.sum(wide, axis=over, keepdims=bool(keepdims))
    count = ops.sum(ops.ones_like(wide), axis=over, keepdims=bool(keepdims))
    share = ops.floor_divide(ops.absolute(total), count)
    return ops.cast(ops.multiply(ops.sign(total), share), x.dtype)


def _bitwise(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Operations on bits, which take tensors only: a number becomes a vector of one, of the type of the other
    operand (a scalar would come back from a file as a number)."""

    def run(x: Any, y: Any) -> Any:
        first = np.asarray([x], str(y.dtype)) if isinstance(x, int) else x
        return function(first, np.asarray([y], str(first.dtype)) if isinstance(y, int) else y)

    return run


def silu(features: Any, beta: float = 1.0) -> Any:
    """``tf.nn.silu``."""
    return (
        ops.silu(features)
        if beta == 1.0
        else ops.multiply(features, ops.sigmoid(ops.multiply(features, beta)))
    )


def scalar_mul(scalar: Any, x: Any) -> Any:
    """``tf.scalar_mul``."""
    return ops.multiply(scalar, x)


def add_n(inputs: list[Any]) -> Any:
    """``tf.add_n``: from left to right."""
    return reduce(ops.add, inputs)


def count_nonzero(input: Any, axis: Any = None, keepdims: bool = False, dtype: str = "int64") -> Any:
    """``tf.math.count_nonzero``."""
    return ops.sum(ops.cast(ops.not_equal(input, 0), dtype), axis=axis, keepdims=bool(keepdims))


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    """``tf.math.l2_normalize``: x / sqrt(max(sum(x²), epsilon))."""
    square_sum = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(square_sum, epsilon)))


def l2_loss(t: Any) -> Any:
    """``tf.nn.l2_loss``: half the sum of squares."""
    return ops.multiply(ops.sum(ops.square(t)), 0.5)


def polyval(coeffs: list[Any], x: Any) -> Any:
    """``tf.math.polyval`` by Horner's rule."""
    result = ops.add(ops.zeros_like(x), coeffs[0])
    for coefficient in coeffs[1:]:
        result = ops.add(ops.multiply(result, x), coefficient)
    return result


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
    """``tf.norm`` of vectors, and the Frobenius norm."""
    keep = bool(keepdims)
    if ord in ("euclidean", "fro") or (ord == 2 and isinstance(axis, int | None)):
        return ops.sqrt(ops.sum(ops.square(tensor), axis=axis, keepdims=keep))
    if ord == 1 and isinstance(axis, int | None):
        return ops.sum(ops.absolute(tensor), axis=axis, keepdims=keep)
    if ord in (float("inf"), "inf") and isinstance(axis, int | None):
        return ops.max(ops.absolute(tensor), axis=axis, keepdims=keep)
    if isinstance(ord, int | float) and ord > 0 and np.isfinite(ord) and isinstance(axis, int | None):
        total = ops.sum(ops.power(ops.absolute(tensor), ord), axis=axis, keepdims=keep)
        return ops.power(total, 1.0 / ord)
    raise MigrationError("CFG061", f"tf.norm with ord={ord!r} over the axes {axis!r} has no counterpart")


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Any:
    """``tf.linalg.matmul`` of real matrices."""
    left = matrix_transpose(a) if transpose_a or adjoint_a else a
    right = matrix_transpose(b) if transpose_b or adjoint_b else b
    return ops.matmul(left, right)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
) -> Any:
    """``tf.linalg.matvec``."""
    left = matrix_transpose(a) if transpose_a or adjoint_a else a
    return ops.squeeze(ops.matmul(left, ops.expand_dims(b, -1)), -1)


def matrix_transpose(a: Any) -> Any:
    """``tf.linalg.matrix_transpose``: the last two axes."""
    return np.swapaxes(a, -1, -2) if isinstance(a, np.ndarray) else ops.swapaxes(a, -1, -2)


def einsum(operands: list[Any], equation: str) -> Any:
    """``tf.einsum``."""
    return ops.einsum(equation, *operands)


def clip_by_norm(t: Any, clip_norm: Any, axis: Any = None) -> Any:
    """``tf.clip_by_norm``."""
    length = ops.sqrt(ops.sum(ops.square(t), axis=axis, keepdims=True))
    return ops.divide(ops.multiply(t, clip_norm), ops.maximum(length, clip_norm))


def leaky_relu(features: Any, alpha: float = 0.2) -> Any:
    """``tf.nn.leaky_relu``, whose slope defaults to 0.2."""
    return ops.leaky_relu(features, negative_slope=alpha)


def gelu(features: Any, approximate: bool = False) -> Any:
    """``tf.nn.gelu``, exact by default."""
    return ops.gelu(features, approximate=bool(approximate))


def crelu(features: Any, axis: int = -1) -> Any:
    """``tf.nn.crelu``."""
    return ops.concatenate([ops.relu(features), ops.relu(ops.negative(features))], axis=axis)


def moments(x: Any, axis: Any, keepdims: bool = False) -> Any:
    """``tf.nn.moments``: mean and variance."""
    mean = ops.mean(x, axis=axis, keepdims=True)
    variance = ops.mean(ops.square(ops.subtract(x, mean)), axis=axis, keepdims=bool(keepdims))
    return [mean if keepdims else ops.mean(x, axis=axis), variance]


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float
) -> Any:
    """``tf.nn.batch_normalization``."""
    factor = ops.rsqrt(ops.add(variance, variance_epsilon))
    factor = factor if scale is None else ops.multiply(factor, scale)
    result = ops.multiply(ops.subtract(x, mean), factor)
    return result if offset is None else ops.add(result, offset)


def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
) -> Any:
    """``tf.nn.local_response_normalization``: a window of channels, shorter at the edges."""
    channels = input.shape[-1]
    padded = ops.pad(ops.square(input), [[0, 0], [0, 0], [0, 0], [depth_radius, depth_radius]])
    total = reduce(ops.add, [padded[..., k : k + channels] for k in range(2 * depth_radius + 1)])
    return ops.divide(input, ops.power(ops.add(ops.multiply(total, alpha), bias), beta))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add_n": add_n,
    "batch_normalization": batch_normalization,
    "clip_by_norm": clip_by_norm,
    "count_nonzero": count_nonzero,
    "crelu": crelu,
    "einsum": einsum,
    "gelu": gelu,
    "l2_loss": l2_loss,
    "l2_normalize": l2_normalize,
    "leaky_relu": leaky_relu,
    "local_response_normalization": local_response_normalization,
    "matmul": matmul,
    "matrix_transpose": matrix_transpose,
    "matvec": matvec,
    "moments": moments,
    "multiply_no_nan": multiply_no_nan,
    "norm": norm,
    "polyval": polyval,
    "scalar_mul": scalar_mul,
    "squared_difference": squared_difference,
    "clip_by_value": clip_by_value,
    "erfc": erfc,
    "maximum": maximum,
    "minimum": minimum,
    "reduce_mean": reduce_mean,
    "saturate_cast": saturate_cast,
    "silu": silu,
    "truncatemod": truncatemod,
    "xdivy": xdivy,
    "xlog1py": xlog1py,
    "zero_fraction": zero_fraction,
    "xlogy": xlogy,
    **{
        f"bitwise_{name}": _bitwise(getattr(ops, f"bitwise_{name}"))
        for name in ("and", "left_shift", "or", "right_shift", "xor")
    },
}
