"""Functions whose arguments or results are shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.modern.operations import arrays
from migrate.worlds.modern.operations.sizes import (
    Shape,
    Size,
    concrete,
    dims_of,
    filled,
    number,
    shape_of,
)


def shape(input: Any) -> Any:
    """``tf.shape``."""
    return shape_of(input) if not isinstance(input, Shape) else Shape((len(input.dims),))


def size(input: Any) -> Any:
    """``tf.size``: the product of all sizes."""
    total: Any = 1
    for dim in shape_of(input).dims:
        total = dim * total if isinstance(dim, int) and isinstance(total, int) else _product(total, dim)
    return total


def _product(left: Any, right: Any) -> Size:
    return Size(lambda: number(left) * number(right))


def rank(input: Any) -> int:
    """``tf.rank``: always static in Keras."""
    return len(input.dims) if isinstance(input, Shape) else len(input.shape)


def cast(x: Any, dtype: Any) -> Any:
    """``tf.cast``; a size stays a size among integers."""
    name = dtype if isinstance(dtype, str) else dtype["config"].get("name", dtype["config"])
    if isinstance(x, Size | Shape | int) and not isinstance(x, bool) and name.startswith(("int", "uint")):
        return x
    value = concrete(x)
    return float(value) if isinstance(value, int) and "float" in name else ops.cast(value, name)


def identity(input: Any) -> Any:
    """``tf.identity``, ``tf.convert_to_tensor``: the value itself."""
    return Shape(tuple(input)) if _has_sizes(input) else input


def batch_flatten(x: Any) -> Any:
    """``keras.backend.batch_flatten``: one row per sample."""
    sizes = x.shape[1:]
    return ops.reshape(x, (-1, int(np.prod(sizes))) if None not in sizes else (x.shape[0], -1))


def _has_sizes(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, Size) for item in value)


def reshape(tensor: Any, shape: Any) -> Any:
    """``tf.reshape``. At most one size may be free, or the batch and one more.

    Raises:
        MigrationError: ``CFG067`` for more free sizes.
    """
    dims = dims_of(shape)
    free = [i for i, dim in enumerate(dims) if isinstance(dim, Size) or dim == -1]
    if len(free) <= 1:
        return ops.reshape(tensor, tuple(-1 if i in free else dim for i, dim in enumerate(dims)))
    # A size of another tensor cannot be split off an axis whose own sizes are all known.
    foreign = len(free) == 2 and isinstance(dims[free[1]], Size) and None not in tensor.shape[1:]
    if len(free) == 2 and free[0] == 0 and not foreign:
        # keras.layers.Reshape reads the batch at run time, which leaves one size to be inferred.
        return keras.layers.Reshape(tuple(-1 if i in free else dims[i] for i in range(1, len(dims))))(tensor)
    raise MigrationError("CFG067", "a reshape leaves more than one size beside the batch to the run")


def stack(values: Any, axis: int = 0) -> Any:
    """``tf.stack``; of sizes it is a shape."""
    if isinstance(values, Shape):
        return values
    if all(isinstance(v, int | Size) and not isinstance(v, bool) for v in values):
        return Shape(tuple(values))
    return ops.stack([concrete(v) for v in values], axis=axis)


def concat(values: Any, axis: int = 0) -> Any:
    """``tf.concat``; of shapes it is a shape."""
    if any(isinstance(v, Shape) or _has_sizes(v) for v in values):
        return Shape(tuple(dim for v in values for dim in _vector(v)))
    if all(_is_constant(v) for v in values):
        return Shape(tuple(int(d) for v in values for d in np.ravel(v)))
    return ops.concatenate([concrete(v) for v in values], axis=axis)


def _vector(value: Any) -> list[Any]:
    return [int(d) for d in value] if isinstance(value, np.ndarray) else dims_of(value)


def _is_constant(value: Any) -> bool:
    return isinstance(value, list) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.ndim == 1
    )


def unstack(value: Any, num: int | None = None, axis: int = 0) -> Any:
    """``tf.unstack``."""
    return list(value.dims) if isinstance(value, Shape) else ops.unstack(value, num, axis)


def expand_dims(input: Any, axis: Any = -1) -> Any:
    """``tf.expand_dims``; of a size it is a shape of one."""
    if isinstance(input, Size | int):
        return Shape((input,))
    return ops.expand_dims(concrete(input), axis)


def squeeze(input: Any, axis: Any = None) -> Any:
    """``tf.squeeze``; an empty list of axes means all."""
    if isinstance(input, Shape):
        return input.dims[0]
    axes = axis if isinstance(axis, int) or not axis else tuple(axis)
    if isinstance(axes, tuple) and len(axes) == 1:
        axes = axes[0]
    return ops.squeeze(input, axis=axes if axes != [] else None)


def gather(params: Any, *args: Any, **kwargs: Any) -> Any:
    """``tf.gather``; of a shape it is a shape."""
    if not isinstance(params, Shape):
        return arrays.gather(*map(concrete, (params, *args)), **{k: concrete(v) for k, v in kwargs.items()})
    indices: Any = kwargs.get("indices", args[0] if args else None)
    if isinstance(indices, int):
        return params.dims[indices]
    return Shape(tuple(params.dims[int(i)] for i in np.ravel(indices)))


def zeros(shape: Any, dtype: str = "float32") -> Any:
    """``tf.zeros``."""
    return fill(shape, 0, dtype)


def ones(shape: Any, dtype: str = "float32") -> Any:
    """``tf.ones``."""
    return fill(shape, 1, dtype)


def fill(dims: Any, value: Any, dtype: str | None = None) -> Any:
    """``tf.fill``."""
    sizes = dims_of(dims)
    kind = dtype or ("float32" if isinstance(value, float) else "int32")
    if all(isinstance(d, int) for d in sizes):
        return np.full(sizes, value, kind)
    return filled(sizes, value, kind)


def broadcast_to(input: Any, shape: Any) -> Any:
    """``tf.broadcast_to``."""
    dims = dims_of(shape)
    if all(isinstance(d, int) for d in dims):
        return ops.broadcast_to(input, tuple(dims))
    if "bool" in str(input.dtype):
        raise MigrationError(
            "CFG066", "a boolean tensor is broadcast to a size that is known only at run time"
        )
    return ops.multiply(input, filled(dims, 1, str(input.dtype)))


def tile(input: Any, multiples: Any) -> Any:
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


def range_(start: Any, limit: Any = None, delta: Any = 1, dtype: str | None = None) -> Any:
    """``tf.range``."""
    first, last = (0, start) if limit is None else (start, limit)
    if isinstance(last, Size):
        if last.source is None or first != 0 or delta != 1:
            raise MigrationError("CFG066", "a range ends at a computed size")
        counted = filled([last], 1, "int32")
        return ops.cast(ops.subtract(ops.cumsum(counted), 1), dtype or "int32")
    return np.arange(first, last, delta, dtype=dtype or ("float32" if isinstance(last, float) else "int32"))


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: str = "bool") -> Any:
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


def eye(num_rows: int, num_columns: int | None = None, dtype: str = "float32") -> Any:
    """``tf.eye`` of static size."""
    return np.eye(num_rows, num_columns, dtype=dtype)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
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
    "shape": shape,
    "size": size,
    "squeeze": squeeze,
    "stack": stack,
    "tile": tile,
    "unstack": unstack,
    "zeros": zeros,
}
