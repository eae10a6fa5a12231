"""Shapes of what rearranges tensors: reshaping, joining, taking apart, indexing, resizing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from migrate.bytecode.api.shapes import UNKNOWN, Kind, Rule, axes_of, dtype_name, kind_of, sizes_of, static
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Shape


def _reshape(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    sizes = sizes_of(args.get("shape"))
    if sizes is None:
        return None, dtype
    free = [i for i, size in enumerate(sizes) if size is None or size == -1]
    if len(free) == 1 and sizes[free[0]] == -1 and shape is not None and None not in shape:
        rest = prod(size for size in sizes if size is not None and size != -1)
        total = prod(size for size in shape if size is not None)
        sizes[free[0]] = total // rest if rest else 0
    return tuple(None if size == -1 else size for size in sizes), dtype


def _transpose(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    perm = args.get("perm")
    if shape is None:
        return None, dtype
    order = list(range(len(shape)))[::-1] if perm is None else [int(p) for p in np.ravel(perm)]
    if sorted(p % len(shape) for p in order) != list(range(len(shape))):
        raise Refused(f"{order} is not an order of {len(shape)} axes")
    return tuple(shape[p] for p in order), dtype


def _expand_dims(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    axis = args.get("axis")
    if shape is None or not isinstance(axis, int):
        return None, dtype
    (place,) = axes_of(axis, len(shape) + 1)
    return (*shape[:place], 1, *shape[place:]), dtype


def _squeeze(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    axis = args.get("axis")
    if shape is None or (axis is None and None in shape):
        return None, dtype
    gone = [i for i, size in enumerate(shape) if size == 1] if axis is None else axes_of(axis, len(shape))
    return tuple(size for i, size in enumerate(shape) if i not in gone), dtype


def _parts(first: Any) -> list[Kind]:
    return [kind_of(item) for item in first] if isinstance(first, list | tuple) else [UNKNOWN]


def _concat(args: Mapping[str, Any], first: Any) -> Kind:
    parts = _parts(first)
    dtype = next((kind for _, kind in parts if kind), None)
    shapes = [shape for shape, _ in parts if shape is not None]
    axis = args.get("axis")
    if (
        not shapes
        or len(shapes) < len(parts)
        or len({len(s) for s in shapes}) > 1
        or not isinstance(axis, int)
    ):
        return None, dtype
    (place,) = axes_of(axis, len(shapes[0]))
    sizes = [shape[place] for shape in shapes]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    return (*shapes[0][:place], total, *shapes[0][place + 1 :]), dtype


def _stack(args: Mapping[str, Any], first: Any) -> Kind:
    parts = _parts(first)
    shape = next((shape for shape, _ in parts if shape is not None), None)
    dtype = next((kind for _, kind in parts if kind), None)
    if shape is None:
        return None, dtype
    (place,) = axes_of(args.get("axis") or 0, len(shape) + 1)
    return (*shape[:place], len(parts), *shape[place:]), dtype


def _pieces(first: Any, axis: Any) -> tuple[Shape, int, str | None]:
    shape, dtype = kind_of(first)
    if shape is None:
        raise Refused("splits a tensor whose shape the file does not store")
    (place,) = axes_of(axis or 0, len(shape))
    return shape, place, dtype


def _unstack(args: Mapping[str, Any], first: Any) -> list[Kind]:
    shape, place, dtype = _pieces(first, args.get("axis"))
    size = shape[place]
    if size is None:
        raise Refused("splits an axis of unknown size")
    return [((*shape[:place], *shape[place + 1 :]), dtype)] * size


def _split(args: Mapping[str, Any], first: Any) -> list[Kind]:
    shape, place, dtype = _pieces(first, args.get("axis"))
    size, how = shape[place], args.get("num_or_size_splits")
    if isinstance(how, int):
        sizes: Sequence[int | None] = [None if size is None else size // how] * how
    else:
        sizes = sizes_of(how) or []
        rest = None if size is None else size - sum(s for s in sizes if s is not None and s != -1)
        sizes = [rest if s == -1 else s for s in sizes]
    return [((*shape[:place], s, *shape[place + 1 :]), dtype) for s in sizes]


def _tile(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    times = sizes_of(args.get("multiples"))
    if shape is None or times is None or len(times) != len(shape):
        return None, dtype
    return tuple(None if s is None or n is None else s * n for s, n in zip(shape, times, strict=True)), dtype


def _repeat(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    axis, times = args.get("axis"), static(args.get("repeats"))
    if shape is None or not isinstance(axis, int):
        return None, dtype
    (place,) = axes_of(axis, len(shape))
    size = shape[place]
    return (
        *shape[:place],
        None if size is None or times is None else size * times,
        *shape[place + 1 :],
    ), dtype


def _pad(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    widths = args.get("paddings")
    if shape is None or widths is None or len(widths) != len(shape):
        return None, dtype
    grown = [
        None
        if size is None or None in (pair := sizes_of(width) or [None])
        else size + sum(n or 0 for n in pair)
        for size, width in zip(shape, widths, strict=True)
    ]
    return tuple(grown), dtype


def _gather(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    picked, _ = kind_of(args.get("indices"))
    if shape is None or picked is None or args.get("batch_dims"):
        return None, dtype
    (place,) = axes_of(args.get("axis") or 0, len(shape))
    return (*shape[:place], *picked, *shape[place + 1 :]), dtype


def _one_hot(args: Mapping[str, Any], first: Any) -> Kind:
    shape, _ = kind_of(first)
    dtype = dtype_name(args.get("dtype")) or "float32"
    if shape is None:
        return None, dtype
    axis = args.get("axis")
    (place,) = axes_of(-1 if axis is None else axis, len(shape) + 1)
    return (*shape[:place], static(args.get("depth")), *shape[place:]), dtype


def _shape(args: Mapping[str, Any], first: Any) -> Kind:
    shape, _ = kind_of(first)
    return (None if shape is None else (len(shape),)), "int32"


def _slice(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    starts, sizes = sizes_of(args.get("begin")), sizes_of(args.get("size"))
    if (
        shape is None
        or starts is None
        or sizes is None
        or len(starts) != len(shape)
        or len(sizes) != len(shape)
    ):
        return None, dtype
    made: list[int | None] = []
    for whole, start, size in zip(shape, starts, sizes, strict=True):
        made.append(None if whole is None or start is None else whole - start) if size == -1 else made.append(
            size
        )
    return tuple(made), dtype


def _getitem(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    if shape is None:
        return None, dtype
    items = list(args["slice_spec"])
    taken = sum(item is not None and item != "..." for item in items)
    if taken > len(shape):
        raise Refused(f"indexes a tensor of {len(shape)} dimensions with {taken} items")
    if "..." not in items:
        items.append("...")
    made: list[int | None] = []
    at = 0
    for item in items:
        if item is None:
            made.append(1)
        elif item == "...":
            made += shape[at : at + len(shape) - taken]
            at += len(shape) - taken
        elif isinstance(item, dict):
            made.append(_sliced(shape[at], item["slice"]))
            at += 1
        else:
            at += 1
    return tuple(made), dtype


def _sliced(size: int | None, parts: Sequence[Any]) -> int | None:
    if list(parts) in ([None, None, None], [None, None, -1]):
        return size
    if size is None or not all(part is None or isinstance(part, int) for part in parts):
        return None
    return len(range(*slice(*parts).indices(size)))


def _fill(args: Mapping[str, Any], first: Any) -> Kind:
    sizes = sizes_of(first)
    return (None if sizes is None else tuple(sizes)), "float32" if isinstance(
        args.get("value"), float
    ) else None


def _resize(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    sizes = sizes_of(args.get("size"))
    if shape is None or sizes is None or len(shape) != 4 or args.get("preserve_aspect_ratio"):
        return None, dtype
    return (shape[0], *sizes, shape[3]), "float32" if args.get("method") != "nearest" else dtype


def _blocks(args: Mapping[str, Any], first: Any, *, grow: bool) -> Kind:
    shape, dtype = kind_of(first)
    block = args.get("block_size")
    if (
        shape is None
        or len(shape) != 4
        or not isinstance(block, int)
        or args.get("data_format", "NHWC") != "NHWC"
    ):
        return None, dtype
    height, width, depth = shape[1:]
    spread = [None if s is None else s * block if grow else s // block for s in (height, width)]
    channels = None if depth is None else depth // block**2 if grow else depth * block**2
    return (shape[0], *spread, channels), dtype


RULES: Mapping[str, Rule] = {
    "concat": _concat,
    "depth_to_space": lambda args, first: _blocks(args, first, grow=True),
    "expand_dims": _expand_dims,
    "fill": _fill,
    "gather": _gather,
    "getitem": _getitem,
    "one_hot": _one_hot,
    "pad": _pad,
    "repeat": _repeat,
    "reshape": _reshape,
    "resize": _resize,
    "shape": _shape,
    "slice": _slice,
    "space_to_depth": lambda args, first: _blocks(args, first, grow=False),
    "split": _split,
    "squeeze": _squeeze,
    "stack": _stack,
    "tile": _tile,
    "transpose": _transpose,
    "unstack": _unstack,
}
