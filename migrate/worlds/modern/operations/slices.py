"""``x[key]``, ``tf.strided_slice`` and ``tf.slice``, with ends that are known only at run time."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.shapes import range_
from migrate.worlds.modern.operations.sizes import (
    Dim,
    Dims,
    Shape,
    Size,
    combine,
    dims_of,
    number,
    static_dims,
)

Item: TypeAlias = slice | int | Size | EllipsisType | None
"""One item of an index; the bounds of a slice may be sizes."""

_AT_RUN_TIME = "a slice ends at a position that is known only at run time"


def getitem(x: Tensor | Shape | list[float], key: Sequence[object]) -> Tensor | Shape | Dim:
    """``x[key]``."""
    if isinstance(x, Shape):
        picked = _static(_item(key[0]))
        if isinstance(picked, slice):
            return Shape(x.dims[picked])
        if isinstance(picked, int):
            return x.dims[picked]
        raise MigrationError("CFG061", "a shape is indexed with more axes than it has")
    if len(key) == 1 and isinstance(key[0], keras.KerasTensor):
        if "bool" in str(key[0].dtype):
            raise MigrationError(
                "CFG061", "indexing with a boolean tensor returns a shape that depends on values"
            )
        return ops.take(x, key[0], axis=0)
    if isinstance(x, list):  # a table of constants, as a frozen graph has its weights
        x = np.asarray(x, "float32") if np.asarray(x).dtype.kind == "f" else np.asarray(x)
    items = [_item(item) for item in key]
    if not isinstance(x, np.ndarray) or any(_is_dynamic(item) for item in items):
        x, items = _prepared(x, items)
    index: tuple[Any, ...] = tuple(_static(item) for item in items)
    return x[index]


def _item(item: object) -> Item:
    if isinstance(item, Mapping):
        return slice(*item["slice"])
    if item == "...":
        return Ellipsis
    if item is None or isinstance(item, int | Size):
        return item
    raise MigrationError("CFG066", _AT_RUN_TIME)


def _bounds(item: Item) -> tuple[object, ...]:
    return (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)


def _is_dynamic(item: Item) -> bool:
    return any(isinstance(bound, Size) for bound in _bounds(item))


def _static(item: Item) -> Item:
    if all(bound is None or bound is Ellipsis or isinstance(bound, int) for bound in _bounds(item)):
        return item
    raise MigrationError("CFG066", _AT_RUN_TIME)


def _prepared(x: Tensor, items: list[Item]) -> tuple[Tensor, list[Item]]:
    """The tensor and the items with what no backend's plain indexing takes expressed by other means.

    PyTorch takes no negative step, so the axis is turned round first: ``x[a:b:-s]`` is ``flip(x)[-a-1:-b-1:s]``,
    whatever the signs of ``a`` and ``b``. Positions of run time are taken by index.
    """
    axis = 0
    result: list[Item] = []
    taken = sum(item is not None and item is not Ellipsis for item in items)
    for item in items:
        if item is Ellipsis:
            axis += len(x.shape) - taken
            result.append(item)
            continue
        if isinstance(item, slice) and isinstance(item.step, int) and item.step < 0 and not _is_dynamic(item):
            x = ops.flip(x, axis=axis)
            result.append(slice(_turned(item.start), _turned(item.stop), -item.step))
        elif isinstance(item, Size):
            x = ops.take(x, ops.reshape(number(item), (1,)), axis=axis)
            result.append(0)
        elif isinstance(item, slice) and _is_dynamic(item):
            x = ops.take(x, _positions(item), axis=axis)
            result.append(slice(None))
        else:
            result.append(item)
        axis += item is not None
    return x, result


def _turned(bound: int | None) -> int | None:
    return None if bound is None else -bound - 1


def _positions(item: slice) -> Tensor:
    """The indices of ``start:stop:step`` where ``stop`` is a size of some tensor."""
    start, stop, step = item.start, item.stop, item.step
    if isinstance(start, Size) or isinstance(step, Size) or (start or 0) < 0 or (step or 1) < 0:
        raise MigrationError("CFG066", "a slice starts at a position that is known only at run time")
    positions = range_(0, stop)
    return positions[(slice(start, None, step),)] if start or step not in (None, 1) else positions


def strided_slice(
    x: Tensor | Shape,
    begin: Dims,
    end: Dims,
    strides: Dims | None = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
) -> Tensor | Shape | Dim:
    """``tf.strided_slice``: bit *i* of each mask speaks of item *i*."""
    starts, ends = dims_of(begin), dims_of(end)
    steps = dims_of(strides) if strides is not None else [1] * len(starts)
    key: list[object] = []
    for i, (first, last, step) in enumerate(zip(starts, ends, steps, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            key.append("...")
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(first)
        else:
            key.append(
                {"slice": [None if begin_mask & bit else first, None if end_mask & bit else last, step]}
            )
    return getitem(x, key)


def slice_(input_: Tensor | Shape, begin: Dims, size: Dims) -> Tensor | Shape | Dim:
    """``tf.slice``; a size of -1 takes the rest."""
    starts, sizes = dims_of(begin), static_dims(size)
    key = [
        {"slice": [b, None if n == -1 else combine(operator.add, b, n), None]}
        for b, n in zip(starts, sizes, strict=True)
    ]
    return getitem(input_, key)


FUNCTIONS: Functions = {
    "getitem": getitem,
    "slice": slice_,
    "strided_slice": strided_slice,
}
