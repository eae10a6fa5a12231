"""Shapes and dtypes of results, as far as those of the arguments are known; what is not known stays unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Builtin, DType, Shape, Tensor

Kind = tuple[Shape | None, str | None]
"""Shape and dtype of one tensor."""
Rule = Callable[[Mapping[str, Any], Any], "Kind | list[Kind]"]
"""Takes the arguments by name and the first one."""

UNKNOWN: Kind = (None, None)
_BUILTIN_DTYPES = {"float": "float32", "int": "int32", "bool": "bool"}
"""What TensorFlow makes of a Python type."""


def kind_of(value: Any) -> Kind:
    """Shape and dtype of an argument; numbers take the dtype of what they meet."""
    if isinstance(value, Tensor):
        return value.shape, value.dtype
    if isinstance(value, bool | int | float | np.generic):
        return (), None
    if isinstance(value, list | tuple | np.ndarray):
        if any(isinstance(item, Tensor) for item in value):
            return UNKNOWN
        return tuple(np.shape(value)), None
    return UNKNOWN


def broadcast(left: Shape | None, right: Shape | None) -> Shape | None:
    """The shape of an elementwise operation."""
    if left is None or right is None:
        return None
    rank = max(len(left), len(right))
    a, b = (1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right
    sizes: list[int | None] = []
    for x, y in zip(a, b, strict=True):
        if y in (x, 1):
            sizes.append(x)
        elif x == 1:
            sizes.append(y)
        elif x is None or y is None:
            sizes.append(y if x is None else x)
        else:
            raise Refused(f"combines tensors of the shapes {left} and {right}")
    return tuple(sizes)


def _same(args: Mapping[str, Any], first: Any) -> Kind:
    return kind_of(first)


def _flags(args: Mapping[str, Any], first: Any) -> Kind:
    return kind_of(first)[0], "bool"


def _broadcast(args: Mapping[str, Any], first: Any) -> Kind:
    (a, kind), (b, other) = kind_of(first), kind_of(args.get("y"))
    return broadcast(a, b), kind or other


def _compare(args: Mapping[str, Any], first: Any) -> Kind:
    return _broadcast(args, first)[0], "bool"


def axes_of(axis: Any, rank: int) -> list[int]:
    """Axes as positions, all of them for None.

    Raises:
        Refused: one is out of range or no integer.
    """
    if axis is None:
        return list(range(rank))
    found = [axis] if isinstance(axis, int | np.integer) else list(np.ravel(axis))
    if not all(isinstance(a, int | np.integer) and -rank <= a < rank for a in found):
        raise Refused(f"the axis {axis!r} does not exist")
    return [int(a) % rank for a in found]


def _reduce(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    if shape is None:
        return None, dtype
    gone = axes_of(args.get("axis"), len(shape))
    if args.get("keepdims"):
        return tuple(1 if i in gone else size for i, size in enumerate(shape)), dtype
    return tuple(size for i, size in enumerate(shape) if i not in gone), dtype


def _reduce_bool(args: Mapping[str, Any], first: Any) -> Kind:
    return _reduce(args, first)[0], "bool"


def _reduce_int(args: Mapping[str, Any], first: Any) -> Kind:
    return _reduce(args, first)[0], dtype_name(args.get("dtype")) or "int64"


def _arg_reduce(args: Mapping[str, Any], first: Any) -> Kind:
    axis = 0 if args.get("axis") is None else args["axis"]
    return _reduce({"axis": axis}, first)[0], dtype_name(args.get("output_type")) or "int64"


def _top_k(args: Mapping[str, Any], first: Any) -> list[Kind]:
    shape, dtype = kind_of(first)
    made = None if shape is None else (*shape[:-1], static(args.get("k", 1)))
    return [(made, dtype), (made, "int32")]


def _moments(args: Mapping[str, Any], first: Any) -> list[Kind]:
    kind = _reduce({"axis": args.get("axes"), "keepdims": args.get("keepdims")}, first)
    return [kind, kind]


def _matmul(args: Mapping[str, Any], first: Any) -> Kind:
    (a, dtype), (b, other) = kind_of(first), kind_of(args.get("b"))
    if a is None or b is None or len(a) < 2 or len(b) < 2:
        return None, dtype or other
    a = (*a[:-2], a[-1], a[-2]) if args.get("transpose_a") else a
    b = (*b[:-2], b[-1], b[-2]) if args.get("transpose_b") else b
    front = broadcast(a[:-2], b[:-2])
    return (None if front is None else (*front, a[-2], b[-1])), dtype or other


def _matrix_transpose(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    return (None if shape is None else (*shape[:-2], shape[-1], shape[-2])), dtype


def _tensordot(args: Mapping[str, Any], first: Any) -> Kind:
    (a, dtype), (b, other) = kind_of(first), kind_of(args.get("b"))
    axes = args.get("axes")
    if a is None or b is None or axes is None:
        return None, dtype or other
    if isinstance(axes, int):
        left, right = list(range(len(a) - axes, len(a))), list(range(axes))
    else:
        left, right = axes_of(axes[0], len(a)), axes_of(axes[1], len(b))
    kept = [s for i, s in enumerate(a) if i not in left] + [s for i, s in enumerate(b) if i not in right]
    return tuple(kept), dtype or other


def dtype_name(dtype: Any) -> str | None:
    """The name of a dtype, however it was given."""
    if isinstance(dtype, DType):
        return dtype.name
    if isinstance(dtype, Builtin):
        return _BUILTIN_DTYPES.get(dtype.name, dtype.name.removeprefix("np.").rstrip("_"))
    return dtype if isinstance(dtype, str) else None


def _cast(args: Mapping[str, Any], first: Any) -> Kind:
    return kind_of(first)[0], dtype_name(args.get("dtype"))


def _like(args: Mapping[str, Any], first: Any) -> Kind:
    shape, dtype = kind_of(first)
    return shape, dtype_name(args.get("dtype")) or dtype


def _where(args: Mapping[str, Any], first: Any) -> Kind:
    (c, _), (x, dtype), (y, other) = kind_of(first), kind_of(args.get("x")), kind_of(args.get("y"))
    return broadcast(c, broadcast(x, y)), dtype or other


def static(size: Any) -> int | None:
    """A size that is known; None for a tensor."""
    return int(size) if isinstance(size, int | np.integer) else None


def sizes_of(value: Any) -> list[int | None] | None:
    """A shape argument: sizes that are known, None for others; None when not even their number is known."""
    if isinstance(value, list | tuple | np.ndarray):
        return [static(size) for size in value]
    return None


RULES: Mapping[str, Rule] = {
    "arg_reduce": _arg_reduce,
    "broadcast": _broadcast,
    "cast": _cast,
    "compare": _compare,
    "drop_last": lambda args, first: ((kind_of(first)[0] or ())[:-1] or None, kind_of(first)[1]),
    "flags": _flags,
    "indices": lambda args, first: (kind_of(first)[0], "int32"),
    "like": _like,
    "matmul": _matmul,
    "matrix_transpose": _matrix_transpose,
    "moments": _moments,
    "reduce": _reduce,
    "reduce_bool": _reduce_bool,
    "reduce_int": _reduce_int,
    "same": _same,
    "ctc": lambda args, first: (None if (s := kind_of(first)[0]) is None else (s[0], 1), "float32"),
    "scalar": lambda args, first: ((), kind_of(first)[1]),
    "tensordot": _tensordot,
    "top_k": _top_k,
    "unknown": lambda args, first: UNKNOWN,
    "where": _where,
}
