"""Attributes and methods that values have: those listed here, and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from migrate.bytecode.api import arrays
from migrate.bytecode.api.names import member
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import DType, Method, Module, StaticShape, Tensor, TopK, describe, has_tensor

_METHODS: Mapping[type, frozenset[str]] = {
    list: frozenset({"append", "extend", "insert", "pop", "reverse", "copy", "index", "count"}),
    tuple: frozenset({"index", "count"}),
    dict: frozenset({"get", "keys", "values", "items"}),
    StaticShape: frozenset({"as_list", "num_elements"}),
    Tensor: frozenset({"get_shape", "set_shape"}),
    str: frozenset({"lower", "upper", "startswith", "endswith"}),
}
_ARRAY_METHODS = frozenset(
    {"astype", "reshape", "tolist", "sum", "mean", "max", "min", "transpose", "flatten"}
)
_PROPERTIES = """
    shape values indices _keras_shape dtype ndim ndims rank dims value name base_dtype is_floating is_integer is_bool
    size T
"""
ATTRIBUTES = frozenset(_PROPERTIES.split()) | _ARRAY_METHODS | frozenset().union(*_METHODS.values())
"""Every name that a value can have an attribute or method of."""


def attribute(recorder: Recorder, value: Any, name: str) -> Any:
    """``value.name``.

    Raises:
        Refused: it is not on the allow-list.
    """
    if isinstance(value, Module):
        return member(value.path, name)
    if isinstance(value, Tensor):
        found = _of_tensor(value, name)
        if found is not None:
            return found
    if isinstance(value, TopK) and name in ("values", "indices"):
        return value[name == "indices"]
    if isinstance(value, StaticShape) and name in ("ndims", "rank"):
        return len(value)
    if isinstance(value, StaticShape) and name == "dims":
        return list(value)
    if name == "value" and (value is None or type(value) is int):
        return value  # a Dimension of TensorFlow 1
    if isinstance(value, DType):
        if name in ("name", "base_dtype"):
            return value.name if name == "name" else value
        if name in ("is_floating", "is_integer", "is_bool"):
            kind = {"is_floating": "float", "is_integer": "int", "is_bool": "bool"}[name]
            return kind in value.name
    if isinstance(value, np.ndarray):
        if name in ("shape", "ndim", "size"):
            return getattr(value, name)
        if name == "T":
            return value.T
        if name in _ARRAY_METHODS:
            return Method(value, name)
    for kind_, names in _METHODS.items():
        if isinstance(value, kind_) and name in names:
            return Method(value, name)
    raise Refused(f"the attribute {name!r} of {describe(value)} is not on the allow-list")


def _of_tensor(value: Tensor, name: str) -> Any:
    if name in ("shape", "_keras_shape"):
        if value.shape is None:
            raise Refused("needs the shape of a tensor, which the file does not store")
        return StaticShape(value.shape) if name == "shape" else tuple(value.shape)
    if name == "dtype":
        if value.dtype is None:
            raise Refused("needs the dtype of a tensor, which the file does not store")
        return DType(value.dtype)
    if name == "ndim":
        return value.rank
    return None


def call_method(recorder: Recorder, method: Method, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The result of a method of the list above.

    Raises:
        Refused: the arguments are not those that it takes.
    """
    owner, name = method.owner, method.name
    if isinstance(owner, Tensor):
        return StaticShape(_of_tensor(owner, "shape")) if name == "get_shape" else None
    if isinstance(owner, StaticShape) and name in ("as_list", "num_elements"):
        if name == "as_list":
            return list(owner)
        return None if None in owner else int(np.prod(owner))  # type: ignore[arg-type]
    if isinstance(owner, np.ndarray):
        return arrays.method(owner, name, args, kwargs)
    if has_tensor([owner, args]) and name in ("index", "count"):
        raise Refused(f"looks for a tensor with {name}")
    if kwargs:
        raise Refused(f"the method {name} gets keyword arguments")
    run: Callable[..., Any] = getattr(_base(owner), name)
    try:
        result = run(owner, *args)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise Refused(f"the method {name}: {error}") from error
    return list(result) if name in ("keys", "values", "items") else result


def _base(owner: Any) -> type:
    """The built-in type whose method is meant, so that no value brings one of its own."""
    for kind in (list, tuple, dict, str):
        if isinstance(owner, kind):
            return kind
    raise Refused(f"a method of {describe(owner)}")
