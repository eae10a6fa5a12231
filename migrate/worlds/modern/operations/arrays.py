"""Selecting, ordering and rearranging, with TensorFlow's parameters and defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Axes, Functions, Operand, Tensor


def argmax(input: Tensor, axis: Axes = None, output_type: str = "int64") -> Tensor:
    """``tf.argmax``: over the first axis by default, int64."""
    return ops.cast(ops.argmax(_one_zero(input), axis=0 if axis is None else axis), output_type)


def argmin(input: Tensor, axis: Axes = None, output_type: str = "int64") -> Tensor:
    """``tf.argmin``."""
    return ops.cast(ops.argmin(_one_zero(input), axis=0 if axis is None else axis), output_type)


def _one_zero(values: Tensor) -> Tensor:
    """Keras 3 holds -0.0 to be less than 0.0, TensorFlow to be the same, so that the first of them counts."""
    return (
        ops.where(ops.equal(values, 0), ops.zeros_like(values), values)
        if "float" in str(values.dtype)
        else values
    )


def cumsum(x: Operand, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Tensor:
    """``tf.cumsum``."""
    return _cumulate(ops.cumsum, ops.subtract, x, axis, exclusive, reverse)


def cumprod(x: Operand, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Tensor:
    """``tf.math.cumprod``."""
    if exclusive:
        raise MigrationError("CFG061", "tf.math.cumprod(exclusive=True) has no counterpart")
    return _cumulate(ops.cumprod, ops.divide, x, axis, False, reverse)


def _cumulate(
    run: Callable[..., Tensor],
    undo: Callable[..., Tensor],
    x: Operand,
    axis: int,
    exclusive: bool,
    reverse: bool,
) -> Tensor:
    turned = ops.flip(x, axis=axis) if reverse else x
    total = run(turned, axis=axis)
    total = undo(total, turned) if exclusive else total
    return ops.flip(total, axis=axis) if reverse else total


def top_k(input: Tensor, k: int = 1, sorted: bool = True) -> list[Tensor]:
    """``tf.math.top_k``: values and indices."""
    return list(ops.top_k(input, k, sorted=sorted))


def sort(values: Operand, axis: int = -1, direction: str = "ASCENDING") -> Tensor:
    """``tf.sort``."""
    result = ops.sort(values, axis=axis)
    return ops.flip(result, axis=axis) if direction == "DESCENDING" else result


def argsort(values: Operand, axis: int = -1, direction: str = "ASCENDING") -> Tensor:
    """``tf.argsort``."""
    return ops.argsort(ops.negative(values) if direction == "DESCENDING" else values, axis=axis)


def where(condition: Tensor, x: Operand | None = None, y: Operand | None = None) -> Tensor:
    """``tf.where`` with both values."""
    if x is None or y is None:
        raise MigrationError("CFG061", "tf.where without values returns a shape that depends on values")
    return ops.where(condition, x, y)


def transpose(a: Operand, axes: Sequence[int] | None = None) -> Tensor:
    """``tf.transpose``; all axes reversed by default."""
    return ops.transpose(a, axes=None if axes is None else tuple(axes))


def split(
    value: Tensor, num_or_size_splits: int | Sequence[int], axis: int = 0, num: int | None = None
) -> Tensor:
    """``tf.split`` into equal parts, or parts of given sizes (one may be -1)."""
    if isinstance(num_or_size_splits, int):
        return ops.split(value, num_or_size_splits, axis=axis)
    sizes = [int(n) for n in np.ravel(num_or_size_splits)]
    if -1 in sizes:
        whole = value.shape[axis]
        if whole is None:
            raise MigrationError("CFG066", "tf.split leaves a size to be determined at run time")
        sizes[sizes.index(-1)] = whole - sum(n for n in sizes if n != -1)
    return ops.split(value, [int(n) for n in np.cumsum(sizes)[:-1]], axis=axis)


def pad(
    tensor: Tensor,
    paddings: Sequence[Sequence[int]],
    mode: str = "CONSTANT",
    constant_values: float | None = 0,
) -> Tensor:
    """``tf.pad``."""
    kind = mode.lower()
    widths = [[int(a), int(b)] for a, b in paddings]
    if kind == "constant":
        return ops.pad(tensor, widths, mode="constant", constant_values=constant_values or 0)
    return ops.pad(tensor, widths, mode=kind)


def gather(params: Tensor, indices: Tensor, axis: int | None = None, batch_dims: int = 0) -> Tensor:
    """``tf.gather``; with batch dimensions one position per row."""
    batch = batch_dims or 0
    where_ = batch if axis is None else axis
    if isinstance(indices, np.ndarray):
        indices = indices.astype("int32")
    if batch == 0:
        return ops.take(params, indices, axis=where_)
    along = where_ if where_ >= 0 else where_ + len(params.shape)
    extra = len(indices.shape) - batch
    if along != batch or extra not in (0, 1):
        raise MigrationError("CFG061", "tf.gather with batch_dims in this form has no counterpart")
    index = ops.expand_dims(indices, -1) if extra == 0 else indices
    for _ in range(len(params.shape) - len(index.shape)):
        index = ops.expand_dims(index, -1)
    index = ops.cast(index, "int32")
    if len(params.shape) > batch + 1:
        index = ops.add(index, ops.cast(ops.zeros_like(_first(params, along)), "int32"))
    taken = ops.take_along_axis(params, index, axis=along)
    return ops.squeeze(taken, axis=along) if extra == 0 else taken


def _first(params: Tensor, axis: int) -> Tensor:
    """The first entry along an axis, the axis kept: zeros of that shape widen an index to all features."""
    return params[tuple(slice(0, 1) if i == axis else slice(None) for i in range(len(params.shape)))]


def gather_nd(params: Tensor, indices: Tensor, batch_dims: int = 0) -> Tensor:
    """``tf.gather_nd``: with several coordinates, the axes that they lead through become one."""
    places = indices.astype("int32") if isinstance(indices, np.ndarray) else indices
    depth = places.shape[-1]
    if depth == 1:
        return gather(params, places[..., 0], None, batch_dims)
    inner = [n for n in params.shape[1:depth] if n is not None]
    unknown = None in params.shape[1:]
    if batch_dims or depth is None or unknown:
        raise MigrationError(
            "CFG061", "tf.gather_nd with several coordinates in this form has no counterpart"
        )
    strides = np.array([int(np.prod(inner[i:])) for i in range(depth)], "int32")
    flat = (
        (places * strides).sum(-1)
        if isinstance(places, np.ndarray)
        else ops.sum(ops.multiply(ops.cast(places, "int32"), strides), axis=-1)
    )
    return ops.take(ops.reshape(params, (-1, *params.shape[depth:])), flat, axis=0)


def one_hot(
    indices: Tensor,
    depth: int,
    on_value: float | None = None,
    off_value: float | None = None,
    axis: Axes = None,
    dtype: str | None = None,
) -> Tensor:
    """``tf.one_hot``."""
    result = ops.one_hot(indices, int(depth), axis=-1 if axis is None else axis, dtype=dtype or "float32")
    high, low = 1 if on_value is None else on_value, 0 if off_value is None else off_value
    if (high, low) == (1, 0):
        return result
    return ops.add(ops.multiply(result, high - low), low)


def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int | None = None) -> Tensor:
    """``tf.math.segment_sum`` and ``unsorted_segment_sum``."""
    if not isinstance(segment_ids, np.ndarray):
        return ops.segment_sum(data, segment_ids, num_segments=num_segments)
    numbers = segment_ids.astype("int32")
    return ops.segment_sum(data, numbers, num_segments=num_segments or int(numbers.max()) + 1)


def searchsorted(
    sorted_sequence: Tensor, values: Operand, side: str = "left", out_type: str = "int32"
) -> Tensor:
    """``tf.searchsorted``: how many numbers of a row are less than a value (``right``: or the same)."""
    rows, asked = ops.expand_dims(sorted_sequence, -2), ops.expand_dims(values, -1)
    before = ops.less(rows, asked) if side == "left" else ops.less_equal(rows, asked)
    return ops.sum(ops.cast(before, out_type), axis=-1)


def meshgrid(*values: Operand, indexing: str = "xy") -> Tensor:
    """``tf.meshgrid``: only its first operand is in the file.

    Raises:
        MigrationError: ``CFG063``, always.
    """
    raise MigrationError("CFG063", "Keras 2 did not store the operands of tf.meshgrid")


FUNCTIONS: Functions = {
    "argmax": argmax,
    "argmin": argmin,
    "argsort": argsort,
    "cumprod": cumprod,
    "cumsum": cumsum,
    "gather_nd": gather_nd,
    "meshgrid": meshgrid,
    "one_hot": one_hot,
    "pad": pad,
    "searchsorted": searchsorted,
    "segment_sum": segment_sum,
    "sort": sort,
    "top_k": top_k,
    "transpose": transpose,
    "where": where,
}
