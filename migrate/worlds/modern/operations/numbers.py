"""Arithmetic, products and normalisation with TensorFlow's parameters and defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

import keras
import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Axes, Functions, Operand, Tensor
from migrate.worlds.modern.operations.sizes import known


def squared_difference(x: Operand, y: Operand) -> Tensor:
    """``tf.math.squared_difference``."""
    return ops.square(ops.subtract(x, y))


def multiply_no_nan(x: Operand, y: Operand) -> Tensor:
    """``tf.math.multiply_no_nan``: 0 where y is 0, even for an infinite x."""
    return ops.where(ops.equal(y, 0), ops.zeros_like(ops.multiply(x, y)), ops.multiply(x, y))


def xlogy(x: Operand, y: Operand) -> Tensor:
    """``tf.math.xlogy``: 0 where x is 0."""
    safe = ops.where(ops.equal(x, 0), ops.ones_like(y), y)
    return ops.multiply(x, ops.log(safe))


def xdivy(x: Operand, y: Operand) -> Tensor:
    """``tf.math.xdivy``: 0 where x is 0."""
    return ops.divide(x, ops.where(ops.equal(x, 0), ops.ones_like(y), y))


def xlog1py(x: Operand, y: Operand) -> Tensor:
    """``tf.math.xlog1py``: 0 where x is 0."""
    return ops.multiply(x, ops.log1p(ops.where(ops.equal(x, 0), ops.zeros_like(y), y)))


def erfc(x: Operand) -> Tensor:
    """``tf.math.erfc``."""
    return ops.subtract(1.0, ops.erf(x))


def truncatemod(x: Operand, y: Operand) -> Tensor:
    """``tf.truncatemod``: the remainder with the sign of x, exactly (x / y of large numbers is rounded).

    The least integer of a type has no absolute value in it and gives another remainder.
    """
    size = abs(y) if isinstance(y, int | float) else ops.absolute(y)
    if isinstance(x, int | float):
        return ops.multiply(
            float(np.sign(x)) if isinstance(x, float) else int(np.sign(x)), ops.mod(abs(x), size)
        )
    return ops.multiply(ops.sign(x), ops.mod(ops.absolute(x), size))


def zero_fraction(value: Operand) -> Tensor:
    """``tf.math.zero_fraction``."""
    return ops.mean(ops.cast(ops.equal(value, 0), "float32"))


def maximum(x: Operand, y: Operand) -> Operand:
    """``tf.maximum``; the least of all bounds changes nothing (and is no number that a file can hold)."""
    return x if _is(y, -np.inf) else y if _is(x, -np.inf) else ops.maximum(x, y)


def minimum(x: Operand, y: Operand) -> Operand:
    """``tf.minimum``; the greatest of all bounds changes nothing."""
    return x if _is(y, np.inf) else y if _is(x, np.inf) else ops.minimum(x, y)


def clip_by_value(t: Tensor, clip_value_min: Operand, clip_value_max: Operand) -> Operand:
    """``tf.clip_by_value``; ``ops.clip`` takes no tensors as bounds in a graph, and no infinite ones."""
    tensors = any(isinstance(bound, keras.KerasTensor) for bound in (clip_value_min, clip_value_max))
    if tensors or _is(clip_value_min, -np.inf) or _is(clip_value_max, np.inf):
        return maximum(minimum(t, clip_value_max), clip_value_min)
    return ops.clip(t, clip_value_min, clip_value_max)


def _is(value: Operand, number: float) -> bool:
    return isinstance(value, int | float) and value == number


def saturate_cast(value: Operand, dtype: str) -> Tensor:
    """``tf.saturate_cast`` of floating-point numbers to integers."""
    limits = np.iinfo(dtype)
    return ops.cast(ops.clip(value, float(limits.min), float(limits.max)), dtype)


def reduce_mean(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """``tf.reduce_mean``; of integers it is an integer, cut towards zero, whose sum has 64 bits (32 on JAX)."""
    over = tuple(axis) if isinstance(axis, list) else axis
    if "int" not in str(x.dtype):
        return ops.mean(x, axis=over, keepdims=bool(keepdims))
    wide = ops.cast(x, "int64")
    total = ops.sum(wide, axis=over, keepdims=bool(keepdims))
    count = ops.sum(ops.ones_like(wide), axis=over, keepdims=bool(keepdims))
    share = ops.floor_divide(ops.absolute(total), count)
    return ops.cast(ops.multiply(ops.sign(total), share), x.dtype)


def _bitwise(function: Callable[[Operand, Operand], Tensor]) -> Callable[[Operand, Operand], Tensor]:
    """Operations on bits, which take tensors only: a number becomes a vector of one, of the type of the other
    operand (a scalar would come back from a file as a number)."""

    def run(x: Operand, y: Operand) -> Tensor:
        if isinstance(y, int | float):
            return function(x, np.asarray([y], str(x.dtype)) if not isinstance(x, int | float) else y)
        return function(np.asarray([x], str(y.dtype)) if isinstance(x, int | float) else x, y)

    return run


def silu(features: Tensor, beta: float = 1.0) -> Tensor:
    """``tf.nn.silu``."""
    return (
        ops.silu(features)
        if beta == 1.0
        else ops.multiply(features, ops.sigmoid(ops.multiply(features, beta)))
    )


def scalar_mul(scalar: Operand, x: Operand) -> Tensor:
    """``tf.scalar_mul``."""
    return ops.multiply(scalar, x)


def add_n(inputs: Sequence[Operand]) -> Operand:
    """``tf.add_n``: from left to right."""
    return reduce(ops.add, inputs)


def count_nonzero(input: Tensor, axis: Axes = None, keepdims: bool = False, dtype: str = "int64") -> Tensor:
    """``tf.math.count_nonzero``."""
    return ops.sum(ops.cast(ops.not_equal(input, 0), dtype), axis=axis, keepdims=bool(keepdims))


def l2_normalize(x: Operand, axis: Axes = None, epsilon: float = 1e-12) -> Tensor:
    """``tf.math.l2_normalize``: x / sqrt(max(sum(x²), epsilon))."""
    square_sum = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(square_sum, epsilon)))


def l2_loss(t: Tensor) -> Tensor:
    """``tf.nn.l2_loss``: half the sum of squares."""
    return ops.multiply(ops.sum(ops.square(t)), 0.5)


def polyval(coeffs: Sequence[Operand], x: Operand) -> Tensor:
    """``tf.math.polyval`` by Horner's rule."""
    result = ops.add(ops.zeros_like(x), coeffs[0])
    for coefficient in coeffs[1:]:
        result = ops.add(ops.multiply(result, x), coefficient)
    return result


def norm(tensor: Tensor, ord: float | str = "euclidean", axis: Axes = None, keepdims: bool = False) -> Tensor:
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
    a: Operand,
    b: Operand,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Tensor:
    """``tf.linalg.matmul`` of real matrices."""
    left = matrix_transpose(a) if transpose_a or adjoint_a else a
    right = matrix_transpose(b) if transpose_b or adjoint_b else b
    return ops.matmul(left, right)


def matvec(
    a: Operand,
    b: Operand,
    transpose_a: bool = False,
    adjoint_a: bool = False,
) -> Tensor:
    """``tf.linalg.matvec``."""
    left = matrix_transpose(a) if transpose_a or adjoint_a else a
    return ops.squeeze(ops.matmul(left, ops.expand_dims(b, -1)), -1)


def matrix_transpose(a: Operand) -> Tensor:
    """``tf.linalg.matrix_transpose``: the last two axes."""
    return np.swapaxes(a, -1, -2) if isinstance(a, np.ndarray) else ops.swapaxes(a, -1, -2)


def einsum(operands: Sequence[Operand], equation: str) -> Tensor:
    """``tf.einsum``."""
    return ops.einsum(equation, *operands)


def clip_by_norm(t: Tensor, clip_norm: Operand, axis: Axes = None) -> Tensor:
    """``tf.clip_by_norm``."""
    length = ops.sqrt(ops.sum(ops.square(t), axis=axis, keepdims=True))
    return ops.divide(ops.multiply(t, clip_norm), ops.maximum(length, clip_norm))


def leaky_relu(features: Tensor, alpha: float = 0.2) -> Tensor:
    """``tf.nn.leaky_relu``, whose slope defaults to 0.2."""
    return ops.leaky_relu(features, negative_slope=alpha)


def gelu(features: Tensor, approximate: bool = False) -> Tensor:
    """``tf.nn.gelu``, exact by default."""
    return ops.gelu(features, approximate=bool(approximate))


def crelu(features: Tensor, axis: int = -1) -> Tensor:
    """``tf.nn.crelu``."""
    return ops.concatenate([ops.relu(features), ops.relu(ops.negative(features))], axis=axis)


def moments(x: Tensor, axis: Axes, keepdims: bool = False) -> list[Tensor]:
    """``tf.nn.moments``: mean and variance."""
    mean = ops.mean(x, axis=axis, keepdims=True)
    variance = ops.mean(ops.square(ops.subtract(x, mean)), axis=axis, keepdims=bool(keepdims))
    return [mean if keepdims else ops.mean(x, axis=axis), variance]


def batch_normalization(
    x: Operand, mean: Operand, variance: Operand, offset: Operand, scale: Operand, variance_epsilon: float
) -> Tensor:
    """``tf.nn.batch_normalization``."""
    factor = ops.rsqrt(ops.add(variance, variance_epsilon))
    factor = factor if scale is None else ops.multiply(factor, scale)
    result = ops.multiply(ops.subtract(x, mean), factor)
    return result if offset is None else ops.add(result, offset)


def local_response_normalization(
    input: Tensor,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
) -> Tensor:
    """``tf.nn.local_response_normalization``: a window of channels, shorter at the edges."""
    channels = known(input.shape[-1], "a tensor is normalised over channels whose number is unknown")
    padded = ops.pad(ops.square(input), [[0, 0], [0, 0], [0, 0], [depth_radius, depth_radius]])
    total = reduce(ops.add, [padded[..., k : k + channels] for k in range(2 * depth_radius + 1)])
    return ops.divide(input, ops.power(ops.add(ops.multiply(total, alpha), bias), beta))


FUNCTIONS: Functions = {
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
