"""``x[key]``, ``tf.strided_slice`` and ``tf.slice``, with ends that are known only at run time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.modern.operations.shapes import range_
from migrate.worlds.modern.operations.sizes import Shape, Size, dims_of, number, static_dims


def getitem(x: Any, key: list[Any]) -> Any:
    """``x[key]``."""
    if isinstance(x, Shape):
        picked = x.dims[_static(_item(key[0]))]
        return Shape(picked) if isinstance(picked, tuple) else picked
    if len(key) == 1 and isinstance(key[0], keras.KerasTensor):
        if "bool" in str(key[0].dtype):
            raise MigrationError(
                "CFG061", "indexing with a boolean tensor gives a shape that depends on values"
            )
        return ops.take(x, key[0], axis=0)
    if isinstance(x, list):  # a table of constants, as a frozen graph has its weights
        x = np.asarray(x, "float32") if np.asarray(x).dtype.kind == "f" else np.asarray(x)
    items = [_item(item) for item in key]
    if not isinstance(x, np.ndarray) or any(_is_dynamic(item) for item in items):
        x, items = _prepared(x, items)
    return x[tuple(map(_static, items))]


def _item(item: Any) -> Any:
    if isinstance(item, Mapping):
        return slice(*item["slice"])
    return Ellipsis if item == "..." else item


def _bounds(item: Any) -> tuple[Any, ...]:
    return (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)


def _is_dynamic(item: Any) -> bool:
    return any(isinstance(bound, Size) for bound in _bounds(item))


def _static(item: Any) -> Any:
    if all(bound is None or bound is Ellipsis or isinstance(bound, int) for bound in _bounds(item)):
        return item
    raise MigrationError("CFG066", "a slice ends at a position that is known only at run time")


def _prepared(x: Any, items: list[Any]) -> tuple[Any, list[Any]]:
    """The tensor and the items with what no backend's plain indexing takes expressed by other means.

    PyTorch takes no negative step, so the axis is turned round first: ``x[a:b:-s]`` is ``flip(x)[-a-1:-b-1:s]``,
    whatever the signs of ``a`` and ``b``. Positions of run time are taken by index.
    """
    axis = 0
    result: list[Any] = []
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
        elif _is_dynamic(item):
            x = ops.take(x, _positions(item), axis=axis)
            result.append(slice(None))
        else:
            result.append(item)
        axis += item is not None
    return x, result


def _turned(bound: int | None) -> int | None:
    return None if bound is None else -bound - 1


def _positions(item: slice) -> Any:
    """The indices of ``start:stop:step`` where ``stop`` is a size of some tensor."""
    start, stop, step = _bounds(item)
    if isinstance(start, Size) or isinstance(step, Size) or (start or 0) < 0 or (step or 1) < 0:
        raise MigrationError("CFG066", "a slice begins at a position that is known only at run time")
    positions = range_(0, stop)
    return positions[(slice(start, None, step),)] if start or step not in (None, 1) else positions


def strided_slice(
    x: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
) -> Any:
    """``tf.strided_slice``: bit *i* of each mask speaks of item *i*."""
    starts, ends = dims_of(begin), dims_of(end)
    steps = dims_of(strides) if strides is not None else [1] * len(starts)
    key: list[Any] = []
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


def slice_(input_: Any, begin: Any, size: Any) -> Any:
    """``tf.slice``; a size of -1 takes the rest."""
    starts, sizes = dims_of(begin), static_dims(size)
    key = [{"slice": [b, None if n == -1 else b + n, None]} for b, n in zip(starts, sizes, strict=True)]
    return getitem(input_, key)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "getitem": getitem,
    "slice": slice_,
    "strided_slice": strided_slice,
}
