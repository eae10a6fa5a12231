"""Operations of inference graphs that no Keras 2 file names, with TensorFlow's inputs and attributes.

Definitions: ``tensorflow/core/ops/{array,math,nn,spectral}_ops.cc`` and the kernels that the docstrings name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from migrate.capsule.model import Array
from migrate.dialects.fake_quantisation import grid
from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Operand, Tensor
from migrate.worlds.modern.operations.arrays import searchsorted


def bucketize(x: Tensor, boundaries: Sequence[float]) -> Tensor:
    """``Bucketize``: the number of boundaries that are not above a value."""
    edges = np.asarray(boundaries, dtype=str(x.dtype) if "float" in str(x.dtype) else "float32")
    above = ops.greater_equal(ops.expand_dims(ops.cast(x, edges.dtype.name), -1), edges)
    return ops.sum(ops.cast(above, "int32"), axis=-1)


def select_rows(condition: Tensor, x: Tensor, y: Operand) -> Tensor:
    """``Select``: unlike ``SelectV2``, a vector chooses whole rows."""
    if len(condition.shape) == 1:
        for _ in range(len(x.shape) - 1):
            condition = ops.expand_dims(condition, -1)
    return ops.where(condition, x, y)


def fake_quant(x: Operand, low: float, high: float, num_bits: int = 8, narrow_range: bool = False) -> Tensor:
    """``FakeQuantWithMinMaxVars`` with constant limits, and with its gradient: 1 inside of the range."""
    on = grid(float(low), float(high), num_bits, narrow_range)
    if on is None:
        return ops.zeros_like(x)
    inside = ops.clip(x, float(on.bottom), float(on.top))
    steps = ops.divide(ops.subtract(inside, float(on.bottom)), float(on.step))
    whole = ops.floor(ops.add(ops.subtract(steps, float(on.zero)), 0.5))
    # The gradient is that of the clipped value, which is taken away again.
    return ops.add(ops.multiply(whole, float(on.step)), ops.subtract(inside, ops.stop_gradient(inside)))


def dense_bincount(
    x: Tensor,
    size: Operand,
    weights: Array | None = None,
    binary_output: bool = False,
    dtype: str = "float32",
) -> Tensor:
    """``DenseBincount`` of rows without weights: how often each number below ``size`` occurs, or whether."""
    if weights is not None and np.size(weights):
        raise MigrationError("CFG061", "a count with weights has no counterpart")
    if not isinstance(size, int):
        raise MigrationError("CFG061", "a count up to a number known only at run time has no counterpart")
    if len(x.shape) != 2:
        raise MigrationError("CFG061", "a count over the whole batch has no counterpart")
    found = ops.one_hot(x, size, dtype="float32")
    return ops.cast(ops.max(found, axis=1) if binary_output else ops.sum(found, axis=1), dtype)


def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int) -> Tensor:
    """``UnsortedSegmentSum`` over the first axis."""
    return ops.segment_sum(data, ops.convert_to_tensor(segment_ids, "int32"), num_segments=int(num_segments))


def upper_bound(sorted_inputs: Tensor, values: Tensor, out_type: str = "int32") -> Tensor:
    """``UpperBound``: ``tf.searchsorted`` from the right."""
    return searchsorted(sorted_inputs, values, "right", out_type)


def resize_bicubic(
    image: Tensor, size: Sequence[int], half_pixel_centers: bool = False, align_corners: bool = False
) -> Tensor:
    """``ResizeBicubic`` as ``tf.image.resize`` of TensorFlow 2 calls it."""
    if align_corners or not half_pixel_centers:
        raise MigrationError("CFG061", "TensorFlow 1's bicubic resizing has no counterpart")
    return ops.image.resize(ops.cast(image, "float32"), tuple(int(n) for n in size), interpolation="bicubic")


FUNCTIONS: Functions = {
    "graph.bucketize": bucketize,
    "graph.dense_bincount": dense_bincount,
    "graph.fake_quant": fake_quant,
    "graph.resize_bicubic": resize_bicubic,
    "graph.segment_sum": segment_sum,
    "graph.select_rows": select_rows,
    "graph.upper_bound": upper_bound,
}
