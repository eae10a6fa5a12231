"""Functions of TensorFlow, under the names of all its versions.

Most are recorded as they are. Written out here are those whose arguments changed places, those that work on
concrete values, and those that have no public counterpart in TensorFlow 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from migrate.bytecode.api import products
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.api.shapes import dtype_name
from migrate.bytecode.api.specs import ALIASES, SPECS
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import (
    UNLISTED,
    Builtin,
    DType,
    Module,
    Sizes,
    StaticShape,
    Tensor,
    TopK,
    has_tensor,
    is_number,
)

_DTYPE_NAMES = """
    float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string
"""
_DTYPES = frozenset(_DTYPE_NAMES.split())
_MODULES = frozenset(
    {"math", "nn", "image", "linalg", "random", "dtypes", "manip", "bitwise", "compat", "contrib"}
)
DRAWN = "draws random numbers"
_REFUSED: Mapping[str, str] = {
    "py_func": "runs Python code that the file does not contain",
    "py_function": "runs Python code that the file does not contain",
    "numpy_function": "runs Python code that the file does not contain",
    "boolean_mask": "returns a result whose shape depends on values",
    "unique": "returns a result whose shape depends on values",
    "Print": "prints",
    "print": "prints",
}
"""Functions that are known and cannot be expressed, with the reason."""


def shape(r: Recorder, input: Any, name: Any = None, out_type: Any = None) -> Any:
    """``tf.shape``."""
    if isinstance(input, Tensor):
        return r.sizes(input)
    return list(np.shape(input)) if not has_tensor(input) else [len(input)]


def rank(r: Recorder, input: Any, name: Any = None) -> int:
    """``tf.rank``."""
    return input.rank if isinstance(input, Tensor) else int(np.ndim(input))


def constant(r: Recorder, value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """``tf.constant``, ``tf.convert_to_tensor``: numbers stay concrete."""
    if isinstance(value, Tensor):
        return value
    if shape is not None:
        value = np.broadcast_to(np.asarray(value), [int(n) for n in shape])
    if isinstance(value, list | tuple) and has_tensor(value):
        return value if isinstance(value, Sizes) else r.tensor("stack", list(value), 0)
    if not is_number(value) and not isinstance(value, list | tuple | np.ndarray):
        raise Refused("tf.constant of something that is not a number")
    wanted = dtype_name(dtype)
    if isinstance(value, Sizes | StaticShape):
        return Sizes(value)
    made = np.asarray(value, dtype=None if wanted == "bfloat16" else wanted)
    if made.dtype == np.float64 and wanted is None:
        made = made.astype("float32")
    return made.tolist() if made.ndim == 0 else made


def cast(r: Recorder, x: Any, dtype: Any, name: Any = None) -> Any:
    """``tf.cast``; a size that is known stays a number."""
    wanted = dtype_name(dtype)
    if wanted is None:
        raise Refused("casts to an unknown dtype")
    if isinstance(x, Tensor):
        return r.tensor("cast", x, dtype=wanted)
    if isinstance(x, Sizes):
        return (
            Sizes(cast(r, size, dtype) for size in x)
            if "int" in wanted
            else r.tensor("cast", list(x), dtype=wanted)
        )
    if is_number(x):
        return float(x) if "float" in wanted else bool(x) if wanted == "bool" else int(x)
    return np.asarray(x).astype(wanted)


def to_float(r: Recorder, x: Any, name: Any = None) -> Any:
    """``tf.to_float`` of TensorFlow 1."""
    return cast(r, x, "float32")


def to_int32(r: Recorder, x: Any, name: Any = None) -> Any:
    """``tf.to_int32`` of TensorFlow 1."""
    return cast(r, x, "int32")


def concat(r: Recorder, values: Any, axis: Any, name: Any = None) -> Any:
    """``tf.concat``; until TensorFlow 0.12 the axis came first."""
    if isinstance(values, int) and isinstance(axis, list | tuple):
        values, axis = axis, values
    if all(isinstance(value, Sizes | list | tuple | StaticShape) for value in values):
        return Sizes(size for value in values for size in value)
    if len(values) == 1 and isinstance(values[0], Tensor):
        return values[0]
    return r.tensor("concat", [list(v) if isinstance(v, Sizes) else v for v in values], axis)


def stack(r: Recorder, values: Any, axis: int = 0, name: Any = None) -> Any:
    """``tf.stack``; of sizes it is a shape."""
    scalars = all(
        is_number(v) or (isinstance(v, Tensor) and v.shape == () and v.dtype == "int32") for v in values
    )
    if scalars and axis == 0:
        return Sizes(values)
    return r.tensor("stack", list(values), axis)


def split(
    r: Recorder, value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: Any = None
) -> Any:
    """``tf.split``; until TensorFlow 0.12 ``tf.split(axis, number, value)``."""
    if isinstance(value, int) and isinstance(axis, Tensor):
        value, axis = axis, value
    return r.tensors("split", value, num_or_size_splits, axis)


def unstack(r: Recorder, value: Any, num: Any = None, axis: int = 0, name: Any = None) -> Any:
    """``tf.unstack``."""
    return r.tensors("unstack", value, axis=axis)


def reshape(r: Recorder, tensor: Any, shape: Any, name: Any = None) -> Any:
    """``tf.reshape``; a static shape with one free size means that it is inferred."""
    if not isinstance(tensor, Tensor):
        return np.reshape(np.asarray(tensor), [int(n) for n in shape])
    sizes = [-1 if size is None else size for size in (shape if isinstance(shape, list | tuple) else [shape])]
    return r.tensor("reshape", tensor, list(shape) if isinstance(shape, np.ndarray) else sizes)


def filled(value: float) -> Callable[..., Any]:
    """``tf.zeros``, ``tf.ones``."""

    def call(r: Recorder, shape: Any, dtype: Any = None, name: Any = None) -> Any:
        return fill(r, shape, value if "int" not in (dtype_name(dtype) or "float32") else int(value))

    return call


def fill(r: Recorder, dims: Any, value: Any, name: Any = None) -> Any:
    """``tf.fill``."""
    if not has_tensor(list(dims)) and None not in dims and is_number(value):
        if np.prod([float(n) for n in dims]) > 10_000:
            raise Refused("a constant of more than 10,000 elements is created")
        return np.full(
            [int(n) for n in dims], value, dtype="float32" if isinstance(value, float) else "int32"
        )
    return r.tensor("fill", list(dims), value)


def range_(
    r: Recorder, start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: Any = None
) -> Any:
    """``tf.range`` between known numbers."""
    first, last = (0, start) if limit is None else (start, limit)
    if not all(is_number(bound) for bound in (first, last, delta)):
        raise Refused("a range ends at a size that is known only at run time")
    if abs(last - first) / abs(delta) > 10_000:
        raise Refused("a range of more than 10,000 elements is created")
    wanted = dtype_name(dtype)
    made = np.arange(first, last, delta, dtype=wanted)
    return (
        made.astype("float32")
        if made.dtype == np.float64 and wanted is None
        else made.astype(wanted or made.dtype)
    )


def eye(r: Recorder, num_rows: Any, num_columns: Any = None, dtype: Any = None, name: Any = None) -> Any:
    """``tf.eye`` of known size."""
    if int(num_rows) * int(num_columns or num_rows) > 10_000:
        raise Refused("a constant of more than 10,000 elements is created")
    return np.eye(
        int(num_rows), None if num_columns is None else int(num_columns), dtype=dtype_name(dtype) or "float32"
    )


def identity(r: Recorder, input: Any, name: Any = None) -> Any:
    """``tf.identity``."""
    return input


def cond(r: Recorder, pred: Any, true_fn: Any = None, false_fn: Any = None, **named: Any) -> Any:
    """``tf.cond`` on a concrete value."""
    if isinstance(pred, Tensor):
        raise Refused("tf.cond depends on the values of a tensor")
    chosen = (true_fn or named.get("fn1")) if pred else (false_fn or named.get("fn2"))
    return r.invoke(chosen, (), {})


def add_n(r: Recorder, inputs: Any, name: Any = None) -> Any:
    """``tf.add_n``."""
    total = inputs[0]
    for value in inputs[1:]:
        total = r.tensor("math.add", total, value)
    return total


def resize_images(r: Recorder, images: Any, size: Any, method: Any = 0, *more: Any, **named: Any) -> Any:
    """``tf.image.resize_images`` of TensorFlow 1, which did not take half a pixel into account."""
    kinds = {0: "bilinear", 1: "nearest_neighbor", "bilinear": "bilinear", "nearest": "nearest_neighbor"}
    if method not in kinds or named.get("preserve_aspect_ratio"):
        raise Refused(f"tf.image.resize_images by {method!r}")
    align = more[0] if more else named.get("align_corners", False)
    return r.tensor(f"compat.v1.image.resize_{kinds[method]}", images, size, align_corners=bool(align))


def resize(r: Recorder, images: Any, size: Any, method: Any = "bilinear", *more: Any, **named: Any) -> Any:
    """``tf.image.resize``, whose pixels have another place since TensorFlow 2.

    Raises:
        Refused: the file does not tell which TensorFlow wrote it.
    """
    if r.tensorflow is None:
        raise Refused(
            "tf.image.resize differs between TensorFlow 1 and 2, and the file does not show which wrote it"
        )
    if r.tensorflow == 1:
        return resize_images(r, images, size, method, *more, **named)
    kinds = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}
    return r.tensor("image.resize", images, size, kinds.get(method, method), *more, **named)


def random_normal(
    r: Recorder,
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = None,
    seed: Any = None,
    name: Any = None,
) -> Any:
    """``tf.random.normal``."""
    return r.draw("random.normal", shape, mean=mean, stddev=stddev)


def top_k(r: Recorder, input: Any, k: int = 1, sorted: bool = True, name: Any = None) -> Any:
    """``tf.math.top_k``."""
    return TopK(r.tensors("math.top_k", input, k, sorted))


def tensor_shape(r: Recorder, dims: Any) -> StaticShape:
    """``tf.TensorShape``."""
    return StaticShape(dims)


_OWN: Mapping[str, Callable[..., Any]] = {
    "TensorShape": tensor_shape,
    "add_n": add_n,
    "cast": cast,
    "concat": concat,
    "cond": cond,
    "constant": constant,
    "convert_to_tensor": constant,
    "eye": eye,
    "fill": fill,
    "identity": identity,
    "image.resize": resize,
    "image.resize_images": resize_images,
    "linalg.eye": eye,
    "math.add_n": add_n,
    "ones": filled(1.0),
    "pack": stack,
    "random.normal": random_normal,
    "random_normal": random_normal,
    "range": range_,
    "rank": rank,
    "reshape": reshape,
    "shape": shape,
    "split": split,
    "stack": stack,
    "einsum": products.einsum,
    "linalg.einsum": products.einsum,
    "math.top_k": top_k,
    "nn.top_k": top_k,
    "to_float": to_float,
    "to_int32": to_int32,
    "unpack": unstack,
    "unstack": unstack,
    "zeros": filled(0.0),
}


def _recorded(name: str) -> Callable[..., Any]:
    def call(r: Recorder, *args: Any, **kwargs: Any) -> Any:
        return r.call(name, *args, **kwargs)

    return call


def member(name: str) -> Any:
    """A member of ``tf``; ``UNLISTED`` where it is not on the list.

    Raises:
        Refused: it is known and cannot be expressed.
    """
    plain = name.removeprefix("compat.v1.").removeprefix("compat.v2.")
    if plain in _MODULES:
        return Module(f"tf.{plain}")
    if plain == "newaxis":
        return None
    if plain.removeprefix("dtypes.") in _DTYPES:
        return DType(plain.removeprefix("dtypes."))
    if plain in _OWN:
        return Builtin(f"tf.{plain}", _OWN[plain])
    if plain in _REFUSED:
        raise Refused(f"tf.{plain} {_REFUSED[plain]}")
    found = ALIASES.get(plain, plain)
    return Builtin(f"tf.{plain}", _recorded(found)) if found in SPECS else UNLISTED


NAMES = frozenset({*_DTYPES, *_MODULES, *_OWN, *_REFUSED, *ALIASES, *SPECS, "newaxis"})
"""Names of members, below ``tf``."""
