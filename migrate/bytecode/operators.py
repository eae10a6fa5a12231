"""Operators on concrete values and tensors: arithmetic, comparison, indexing, iteration."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from migrate.bytecode.api.builtin import items
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import (
    MAX_BITS,
    MAX_ITEMS,
    DType,
    JsonList,
    Sizes,
    StaticShape,
    Tensor,
    describe,
    has_tensor,
    is_number,
    truth,
)

_PYTHON: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "@": operator.matmul,
}
_ON_TENSORS: Mapping[str, str] = {
    "+": "math.add",
    "-": "math.subtract",
    "*": "math.multiply",
    "/": "math.truediv",
    "//": "math.floordiv",
    "%": "math.floormod",
    "**": "math.pow",
    "@": "linalg.matmul",
    "&": "math.logical_and",
    "|": "math.logical_or",
    "^": "math.logical_xor",
    "<": "math.less",
    "<=": "math.less_equal",
    ">": "math.greater",
    ">=": "math.greater_equal",
    "==": "math.equal",
    "!=": "math.not_equal",
}
_ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_SEQUENCES = (list, tuple)


def binary(recorder: Recorder, symbol: str, left: Any, right: Any) -> Any:
    """``left symbol right``.

    Raises:
        Refused: the operands have no such operator here, or the result would be too large.
    """
    if symbol == "/27":
        symbol = _division_27(left, right)
    if isinstance(left, Sizes) or isinstance(right, Sizes):
        return _on_sizes(recorder, symbol, left, right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(recorder, symbol, left, right)
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return _on_arrays(symbol, left, right)
    if is_number(left) and is_number(right):
        return _on_numbers(symbol, left, right)
    if isinstance(left, JsonList) or isinstance(right, JsonList):
        raise Refused("computes with a list of the configuration that may have been an array")
    if symbol == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if symbol == "+" and _alike(left, right):
        return tuple(left) + tuple(right) if isinstance(left, tuple) else list(left) + list(right)
    if symbol == "*" and isinstance(right, _SEQUENCES) and type(left) is int:
        left, right = right, left
    if symbol == "*" and isinstance(left, _SEQUENCES) and type(right) is int:
        if len(left) * max(right, 0) > MAX_ITEMS:
            raise Refused(f"repeats a list {right:,} times")
        return tuple(left) * right if isinstance(left, tuple) else list(left) * right
    raise Refused(f"{symbol.replace('/27', '/')} between {describe(left)} and {describe(right)}")


def _alike(left: Any, right: Any) -> bool:
    return (isinstance(left, list) and isinstance(right, list)) or (
        isinstance(left, tuple) and isinstance(right, tuple)
    )


def _division_27(left: Any, right: Any) -> str:
    """Python 2 divides integers to an integer, and so did TensorFlow for its integer tensors."""
    kinds = {_is_integral(value) for value in (left, right)}
    if None in kinds:
        raise Refused("divides values in Python 2 that may or may not be integers")
    return "//" if kinds == {True} else "/"


def _is_integral(value: Any) -> bool | None:
    if isinstance(value, Tensor):
        return None if value.dtype is None else "float" not in value.dtype
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "iub"
    if isinstance(value, Sizes):
        return True
    return isinstance(value, int)


def _on_numbers(symbol: str, left: Any, right: Any) -> Any:
    if symbol in ("**", "<<") and isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * max(right, 0) if symbol == "**" else left.bit_length() + right
        if bits > MAX_BITS:
            raise Refused(f"an integer of {bits:,} bits is computed")
    if symbol == "@":
        raise Refused("@ between numbers")
    try:
        result = _PYTHON[symbol](left, right)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise Refused(f"{symbol} between {left!r} and {right!r}: {error}") from error
    if not is_number(result):
        raise Refused(f"{symbol} gives a {type(result).__name__}")
    return result


def _on_arrays(symbol: str, left: Any, right: Any) -> np.ndarray[Any, Any]:
    sides = [_array(left), _array(right)]
    try:
        size = int(np.prod(np.broadcast_shapes(*(side.shape for side in sides)))) if symbol != "@" else 0
        if size > MAX_ITEMS:
            raise Refused(f"an array of {size:,} elements is computed")
        with np.errstate(all="ignore"):
            return np.asarray(_PYTHON[symbol](*sides))
    except (ValueError, TypeError) as error:
        raise Refused(f"{symbol} between arrays: {error}") from error


def _array(value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, np.ndarray):
        return value
    if is_number(value):
        return np.asarray(value)
    if isinstance(value, _SEQUENCES) and not has_tensor(value):
        try:
            made = np.asarray(value)
        except ValueError as error:
            raise Refused(f"an array cannot be made of the list: {error}") from error
        if made.dtype.kind in "iufb":
            return made
    raise Refused(f"computes with an array and {describe(value)}")


def _on_sizes(recorder: Recorder, symbol: str, left: Any, right: Any) -> Any:
    """``K.shape`` is a vector, so that arithmetic is elementwise."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(recorder, symbol, _vector(left), _vector(right))
    sides = [
        list(side) if isinstance(side, Sizes | list | tuple | np.ndarray) else [side]
        for side in (left, right)
    ]
    length = max(map(len, sides))
    if any(len(side) not in (1, length) for side in sides):
        raise Refused("shapes of different lengths are combined")
    pairs = zip(*(side * (length // len(side)) for side in sides), strict=True)
    return Sizes(binary(recorder, symbol, a, b) for a, b in pairs)


def _vector(value: Any) -> Any:
    return list(value) if isinstance(value, Sizes) else value


def _on_tensors(recorder: Recorder, symbol: str, left: Any, right: Any) -> Tensor:
    function = _ON_TENSORS.get(symbol)
    if function is None:
        raise Refused(f"{symbol} on a tensor")
    if symbol in "&|^" and any(isinstance(side, Tensor) and side.dtype != "bool" for side in (left, right)):
        raise Refused(f"{symbol} on a tensor that is not known to be boolean")
    return recorder.tensor(function, recorder.operand(left, right), recorder.operand(right, left))


def unary(recorder: Recorder, symbol: str, value: Any) -> Any:
    """``-x``, ``+x``, ``not x``, ``~x``."""
    if symbol == "not":
        return not truth(value)
    if isinstance(value, Tensor):
        if symbol == "~" and value.dtype != "bool":
            raise Refused("~ on a tensor that is not known to be boolean")
        if symbol == "+":
            return value
        return recorder.tensor("math.negative" if symbol == "-" else "math.logical_not", value)
    if isinstance(value, Sizes):
        return Sizes(unary(recorder, symbol, item) for item in value)
    if not is_number(value) and not isinstance(value, np.ndarray):
        raise Refused(f"{symbol} on {describe(value)}")
    if symbol == "~" and not isinstance(value, int):
        raise Refused(f"~ on {describe(value)}")
    return -value if symbol == "-" else ~value if symbol == "~" else value


def compare(recorder: Recorder, symbol: str, left: Any, right: Any) -> Any:
    """A comparison; of tensors it is a tensor."""
    if symbol in ("is", "is not"):
        if not any(side is None or isinstance(side, bool) for side in (left, right)):
            raise Refused(f"compares {describe(left)} and {describe(right)} by identity")
        return (left is right) == (symbol == "is")
    if symbol in ("in", "not in"):
        held = right if isinstance(right, str) and isinstance(left, str) else items(right)
        if has_tensor(left) or has_tensor(held):
            raise Refused("searches for a tensor among values")
        return (left in held) == (symbol == "in")
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        if left is None or right is None:
            raise Refused(f"compares a tensor with None by {symbol}")
        if symbol in ("==", "!=") and recorder.tensorflow != 2:
            raise Refused(f"compares a tensor by {symbol}, which was identity before TensorFlow 2")
        return _on_tensors(recorder, symbol, _vector(left), _vector(right))
    if isinstance(left, DType) or isinstance(right, DType):
        names = [side.name if isinstance(side, DType) else side for side in (left, right)]
        if symbol not in ("==", "!=") or not all(isinstance(name, str) for name in names):
            raise Refused(f"compares dtypes by {symbol}")
        return (names[0] == names[1]) == (symbol == "==")
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray) or has_tensor([left, right]):
        raise Refused(f"{symbol} between {describe(left)} and {describe(right)}")
    if isinstance(left, JsonList) or isinstance(right, JsonList):
        raise Refused("compares a list of the configuration that may have been a tuple or an array")
    plain = (int, float, str, bool, type(None), tuple, list, np.generic)
    if not isinstance(left, plain) or not isinstance(right, plain):
        raise Refused(f"{symbol} between {describe(left)} and {describe(right)}")
    try:
        return bool(_ORDER[symbol](left, right))
    except TypeError as error:
        raise Refused(str(error)) from error


def subscript(recorder: Recorder, value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(value, Tensor):
        return recorder.index(value, key)
    if isinstance(key, Tensor):
        raise Refused(f"indexes {describe(value)} with a tensor")
    parts = [key.start, key.stop, key.step] if isinstance(key, slice) else [key]
    if isinstance(value, dict):
        if not isinstance(key, str | int) or key not in value:
            raise Refused(f"the dictionary has no element {key!r}")
        return value[key]
    if isinstance(value, np.ndarray):
        return _array_item(value, key)
    if not isinstance(value, Sequence) or not all(part is None or isinstance(part, int) for part in parts):
        raise Refused(f"indexes {describe(value)} with {describe(key)}")
    try:
        picked = value[key]
    except (IndexError, TypeError, ValueError) as error:
        raise Refused(f"{error}") from error
    if isinstance(key, slice) and isinstance(value, Sizes | StaticShape | JsonList):
        return type(value)(picked)
    return picked


def _array_item(value: np.ndarray[Any, Any], key: Any) -> Any:
    items = key if isinstance(key, tuple) else (key,)
    for item in items:
        parts = [item.start, item.stop, item.step] if isinstance(item, slice) else [item]
        if not all(part is None or part is Ellipsis or isinstance(part, int) for part in parts):
            raise Refused(f"indexes an array with {describe(item)}")
    try:
        return value[items]
    except (IndexError, ValueError) as error:
        raise Refused(f"{error}") from error
