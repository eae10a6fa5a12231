"""Functions whose arguments or results are shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import keras
import numpy as np
from keras import ops

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Axes, Functions, Operand, Tensor
from migrate.worlds.modern.operations import arrays
from migrate.worlds.modern.operations.complex_numbers import Complex
from migrate.worlds.modern.operations.sizes import (
    Dim,
    Dims,
    Shape,
    Size,
    concrete,
    dims_of,
    filled,
    number,
    shape_of,
    static_dims,
)


def shape(input: Tensor | Shape) -> Shape:
    """``tf.shape``."""
    return shape_of(input) if not isinstance(input, Shape) else Shape((len(input.dims),))


def size(input: Tensor) -> Dim:
    """``tf.size``: the product of all sizes."""
    total: Dim = 1
    for dim in shape_of(input).dims:
        total = dim * total if isinstance(dim, int) and isinstance(total, int) else _product(total, dim)
    return total


def _product(left: Dim, right: Dim) -> Size:
    return Size(lambda: number(left) * number(right))


def rank(input: Tensor | Shape) -> int:
    """``tf.rank``: always static in Keras."""
    return len(input.dims) if isinstance(input, Shape) else len(input.shape)


def cast(
    x: Operand | Size | Shape | Complex, dtype: str | Mapping[str, Any]
) -> Operand | Size | Shape | Complex:
    """``tf.cast``; a size stays a size among integers, and a real dtype leaves out what is imaginary."""
    name = dtype if isinstance(dtype, str) else dtype["config"].get("name", dtype["config"])
    if isinstance(x, Size | Shape | int) and not isinstance(x, bool) and name.startswith(("int", "uint")):
        return x
    if isinstance(x, Complex):
        return x if name.startswith("complex") else ops.cast(x.real, name)
    value = concrete(x)
    if name.startswith("complex"):
        return Complex(value, ops.zeros_like(value))
    return float(value) if isinstance(value, int) and "float" in name else ops.cast(value, name)


def identity(input: object) -> object:
    """``tf.identity``, ``tf.convert_to_tensor``: the value itself."""
    return Shape(tuple(input)) if _has_sizes(input) else input


def batch_flatten(x: Tensor) -> Tensor:
    """``keras.backend.batch_flatten``: one row per sample."""
    sizes = [n for n in x.shape[1:] if n is not None]
    unknown = len(sizes) + 1 < len(x.shape)
    return ops.reshape(x, (x.shape[0], -1) if unknown else (-1, int(np.prod(sizes))))


def _has_sizes(value: object) -> TypeGuard[Sequence[Dim]]:
    return isinstance(value, list | tuple) and any(isinstance(item, Size) for item in value)


def reshape(tensor: Tensor | Array | Shape, shape: Dims) -> Tensor | Array | Shape | Dim:
    """``tf.reshape``. At most one size may be free, or the batch and one more.

    Raises:
        MigrationError: ``CFG067`` for more free sizes.
    """
    dims = dims_of(shape)
    if isinstance(tensor, Shape):
        return tensor if dims else tensor.dims[0]
    if isinstance(tensor, np.ndarray):
        return tensor.reshape([-1 if isinstance(dim, Size) else dim for dim in dims])
    free = [i for i, dim in enumerate(dims) if isinstance(dim, Size) or dim == -1]
    if len(free) <= 1:
        return ops.reshape(tensor, tuple(-1 if i in free else dim for i, dim in enumerate(dims)))
    # A size of another tensor cannot be split off an axis whose own sizes are all known.
    foreign = len(free) == 2 and isinstance(dims[free[1]], Size) and None not in tensor.shape[1:]
    if len(free) == 2 and free[0] == 0 and not foreign:
        # keras.layers.Reshape reads the batch at run time, which leaves one size to be inferred.
        return keras.layers.Reshape(tuple(-1 if i in free else dims[i] for i in range(1, len(dims))))(tensor)
    raise MigrationError(
        "CFG067", "a reshape leaves more than one size other than the batch unknown until run time"
    )


def stack(values: Shape | Sequence[Operand | Size], axis: int = 0) -> Tensor | Shape:
    """``tf.stack``; of sizes it is a shape."""
    if isinstance(values, Shape):
        return values
    sizes = [v for v in values if isinstance(v, int | Size) and not isinstance(v, bool)]
    if len(sizes) == len(values):
        return Shape(tuple(sizes))
    return ops.stack([concrete(v) for v in values], axis=axis)


def concat(values: Sequence[Operand | Shape], axis: int = 0) -> Tensor | Shape:
    """``tf.concat``; of shapes it is a shape."""
    if any(isinstance(v, Shape) or _has_sizes(v) for v in values):
        return Shape(tuple(dim for v in values for dim in _vector(v)))
    constants = [v for v in values if _is_constant(v)]
    if len(constants) == len(values):
        return Shape(tuple(int(d) for v in constants for d in np.ravel(v)))
    return ops.concatenate([concrete(v) for v in values], axis=axis)


def _vector(value: object) -> list[Dim]:
    return [int(d) for d in value] if isinstance(value, np.ndarray) else dims_of(value)


def _is_constant(value: object) -> TypeGuard[Array]:
    return isinstance(value, list) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.ndim == 1
    )


def split(
    value: Tensor | Shape, num_or_size_splits: Any, axis: int = 0, num: int | None = None
) -> Tensor | Sequence[Shape]:
    """``tf.split``; of a shape it is shapes."""
    if not isinstance(value, Shape):
        return arrays.split(concrete(value), concrete(num_or_size_splits), axis, num)
    sizes = num_or_size_splits
    if isinstance(sizes, int):
        sizes = [len(value.dims) // sizes] * sizes
    ends = np.cumsum(static_dims(sizes)).tolist()
    return [Shape(value.dims[end - size : end]) for size, end in zip(static_dims(sizes), ends, strict=True)]


def unstack(value: Tensor | Shape, num: int | None = None, axis: int = 0) -> Sequence[Tensor | Dim]:
    """``tf.unstack``."""
    return list(value.dims) if isinstance(value, Shape) else ops.unstack(value, num, axis)


def expand_dims(input: Operand | Size, axis: int = -1) -> Tensor | Shape:
    """``tf.expand_dims``; of a size it is a shape of one."""
    if isinstance(input, Size | int):
        return Shape((input,))
    return ops.expand_dims(concrete(input), axis)


def squeeze(input: Tensor | Shape, axis: Axes = None) -> Tensor | Dim:
    """``tf.squeeze``; an empty list of axes means all."""
    if isinstance(input, Shape):
        return input.dims[0]
    axes = axis if isinstance(axis, int) or not axis else tuple(axis)
    if isinstance(axes, tuple) and len(axes) == 1:
        axes = axes[0]
    return ops.squeeze(input, axis=axes if axes != [] else None)


def gather(params: Operand | Shape, *args: Any, **kwargs: Any) -> Tensor | Dim | Shape:
    """``tf.gather``; of a shape it is a shape."""
    if not isinstance(params, Shape):
        return arrays.gather(*map(concrete, (params, *args)), **{k: concrete(v) for k, v in kwargs.items()})
    indices: Any = kwargs.get("indices", args[0] if args else None)
    if isinstance(indices, int):
        return params.dims[indices]
    return Shape(tuple(params.dims[int(i)] for i in np.ravel(indices)))


def zeros(shape: Dims, dtype: str = "float32") -> Tensor | Array:
    """``tf.zeros``."""
    return fill(shape, 0, dtype)


def ones(shape: Dims, dtype: str = "float32") -> Tensor | Array:
    """``tf.ones``."""
    return fill(shape, 1, dtype)


def fill(dims: Dims, value: float, dtype: str | None = None) -> Tensor | Array:
    """``tf.fill``."""
    sizes = dims_of(dims)
    kind = dtype or ("float32" if isinstance(value, float) else "int32")
    static = [d for d in sizes if isinstance(d, int)]
    if len(static) == len(sizes):
        return np.full(static, value, kind)
    return filled(sizes, value, kind)


def broadcast_to(input: Tensor, shape: Dims) -> Tensor:
    """``tf.broadcast_to``."""
    dims = dims_of(shape)
    if all(isinstance(d, int) for d in dims):
        return ops.broadcast_to(input, tuple(dims))
    if "bool" in str(input.dtype):
        raise MigrationError(
            "CFG066", "a boolean tensor is broadcast to a size that is known only at run time"
        )
    return ops.multiply(input, filled(dims, 1, str(input.dtype)))


def tile(input: Tensor, multiples: Dims) -> Tensor:
    """``tf.tile``; by a dynamic size only along axes of size 1."""
    repeats = dims_of(multiples)
    dynamic = [i for i, n in enumerate(repeats) if isinstance(n, Size)]
    result = ops.tile(input, tuple(1 if i in dynamic else n for i, n in enumerate(repeats)))
    if not dynamic:
        return result
    if any(input.shape[i] not in (1, None) for i in dynamic):
        raise MigrationError("CFG066", "a tensor is repeated by a number that is known only at run time")
    dims = [n if i in dynamic else 1 for i, n in enumerate(repeats)]
    return ops.multiply(result, filled(dims, 1, str(input.dtype)))


def range_(
    start: float, limit: float | Size | None = None, delta: float = 1, dtype: str | None = None
) -> Tensor | Array:
    """``tf.range``."""
    first, last = (0, start) if limit is None else (start, limit)
    if isinstance(last, Size):
        if last.source is None or first != 0 or delta != 1:
            raise MigrationError("CFG066", "a range ends at a computed size")
        counted = filled([last], 1, "int32")
        return ops.cast(ops.subtract(ops.cumsum(counted), 1), dtype or "int32")
    return np.arange(first, last, delta, dtype=dtype or ("float32" if isinstance(last, float) else "int32"))


def sequence_mask(lengths: Tensor, maxlen: int | None = None, dtype: str = "bool") -> Tensor:
    """``tf.sequence_mask`` with a given maximum."""
    if maxlen is None:
        raise MigrationError("CFG066", "tf.sequence_mask takes its width from the values")
    positions = range_(maxlen)
    if isinstance(positions, np.ndarray):
        positions = positions.astype(str(lengths.dtype))
    else:
        positions = ops.cast(positions, lengths.dtype)
    mask = ops.less(positions, ops.expand_dims(lengths, -1))
    return mask if dtype == "bool" else ops.cast(mask, dtype)


def eye(num_rows: int, num_columns: int | None = None, dtype: str = "float32") -> Array:
    """``tf.eye`` of static size."""
    return np.eye(num_rows, num_columns, dtype=dtype)


FUNCTIONS: Functions = {
    "batch_flatten": batch_flatten,
    "broadcast_to": broadcast_to,
    "cast": cast,
    "concat": concat,
    "expand_dims": expand_dims,
    "eye": eye,
    "fill": fill,
    "gather": gather,
    "identity": identity,
    "ones": ones,
    "range": range_,
    "rank": rank,
    "reshape": reshape,
    "sequence_mask": sequence_mask,
    "split": split,
    "shape": shape,
    "size": size,
    "squeeze": squeeze,
    "stack": stack,
    "tile": tile,
    "unstack": unstack,
    "zeros": zeros,
}
