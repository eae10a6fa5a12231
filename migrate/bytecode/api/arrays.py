"""The part of numpy that works on concrete values: small arrays, computed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import MAX_ITEMS, UNLISTED, Builtin, DType, describe, has_tensor

_ELEMENTWISE_NAMES = """
    sqrt exp log log2 log10 sin cos tan tanh abs absolute ceil floor sign square add subtract multiply
    divide power maximum minimum clip round deg2rad
"""
_REDUCING_NAMES = """
    prod sum mean max min amax amin std var cumsum argmax argmin
"""
_SHAPING_NAMES = """
    reshape transpose expand_dims squeeze concatenate stack dot ravel flip
"""
_MAKING_NAMES = """
    zeros ones full arange linspace eye
"""
_DTYPES = frozenset({"float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool_"})
_CONSTANTS: Mapping[str, Any] = {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan, "newaxis": None}
_ELEMENTWISE = frozenset(_ELEMENTWISE_NAMES.split())
_REDUCING = frozenset(_REDUCING_NAMES.split())
_SHAPING = frozenset(_SHAPING_NAMES.split())
_MAKING = frozenset(_MAKING_NAMES.split())


def _checked(value: Any) -> Any:
    """An argument for numpy: numbers, strings, lists and arrays of numbers, dtypes by name."""
    if has_tensor(value):
        raise Refused("numpy is called with a tensor")
    if isinstance(value, DType):
        return value.name
    if isinstance(value, Builtin) and value.name.startswith("np.") and value.name[3:] in _DTYPES:
        return value.name[3:].rstrip("_")
    if isinstance(value, Builtin) and value.name in ("float", "int", "bool"):
        return value.name
    if isinstance(value, list | tuple):
        return [_checked(item) for item in value]
    if isinstance(value, np.ndarray | np.generic | int | float | bool | str | type(None)):
        return value
    raise Refused(f"numpy is called with {describe(value)}")


def _run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    given, named = [_checked(arg) for arg in args], {key: _checked(value) for key, value in kwargs.items()}
    sizes = [np.size(item) for arg in given for item in (arg if isinstance(arg, list) else [arg])]
    grown = np.prod(np.broadcast_shapes(*map(np.shape, given))) if name in _ELEMENTWISE else 0
    if name == "dot":
        grown = np.prod(sizes)
    if sum(sizes) > MAX_ITEMS or grown > MAX_ITEMS:  # before anything is allocated
        raise Refused(f"np.{name} of more than {MAX_ITEMS:,} elements")
    with np.errstate(all="ignore"):
        return getattr(np, name)(*given, **named)


def _plain(name: str) -> Callable[..., Any]:
    def call(recorder: Recorder, *args: Any, **kwargs: Any) -> Any:
        if "out" in kwargs or "where" in kwargs:
            raise Refused(f"np.{name} with an output")
        return _run(name, args, kwargs)

    return call


def _making(name: str) -> Callable[..., Any]:
    def call(recorder: Recorder, *args: Any, **kwargs: Any) -> Any:
        given = [_checked(arg) for arg in args]
        # The size comes first, before anything is allocated.
        if name in ("zeros", "ones", "full"):
            size = float(np.prod(np.asarray(kwargs.get("shape", given[0] if given else 0), "float64")))
        elif name == "eye":
            size = float(given[0]) * float(given[1] if len(given) > 1 and given[1] else given[0])
        elif name == "linspace":
            size = float(kwargs.get("num", given[2] if len(given) > 2 else 50))
        else:
            bounds = [0.0, *map(float, given)] if len(given) == 1 else [float(bound) for bound in given[:3]]
            size = abs(bounds[1] - bounds[0]) / (abs(bounds[2]) if len(bounds) > 2 else 1.0)
        if not size <= MAX_ITEMS:
            raise Refused(f"an array of {size:,.0f} elements is computed")
        return _run(name, args, kwargs)

    return call


def array(recorder: Recorder, value: Any, dtype: Any = None) -> Any:
    """``np.array``, ``np.asarray``, ``np.float32``: of numbers only."""
    made = np.array(_checked(value), dtype=_checked(dtype))
    if made.dtype.kind not in "iufb":
        raise Refused("an array of non-numbers")
    return made


def _scalar(name: str) -> Callable[..., Any]:
    def call(recorder: Recorder, value: Any = 0) -> Any:
        return np.dtype(name.rstrip("_")).type(_checked(value))

    return call


def shape_of(recorder: Recorder, value: Any) -> Any:
    """``np.shape`` of a concrete value."""
    return np.shape(_checked(value))


def member(name: str) -> Any:
    """A member of numpy; ``UNLISTED`` where it is not on the list."""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    call: Callable[..., Any] | None = None
    if name in _DTYPES:
        call = _scalar(name)
    elif name in ("array", "asarray"):
        call = array
    elif name == "shape":
        call = shape_of
    elif name in _MAKING:
        call = _making(name)
    elif name in _ELEMENTWISE or name in _REDUCING or name in _SHAPING:
        call = _plain(name)
    return UNLISTED if call is None else Builtin(f"np.{name}", call)


def method(owner: np.ndarray[Any, Any], name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A method of an array, from the list of its attributes.

    Raises:
        Refused: the arguments do not fit.
    """
    given, named = [_checked(arg) for arg in args], {key: _checked(value) for key, value in kwargs.items()}
    if "out" in named:
        raise Refused(f"the method {name} with an output")
    try:
        return getattr(owner, name)(*given, **named)
    except (TypeError, ValueError, IndexError) as error:
        raise Refused(f"the method {name}: {error}") from error


NAMES = frozenset(
    {*_CONSTANTS, *_DTYPES, *_ELEMENTWISE, *_REDUCING, *_SHAPING, *_MAKING, "array", "asarray", "shape"}
)
"""Names of members."""
