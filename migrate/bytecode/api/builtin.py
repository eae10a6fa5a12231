"""Built-in functions and the module ``math`` on concrete values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import (
    MAX_ITEMS,
    UNLISTED,
    Builtin,
    Cursor,
    Sizes,
    StaticShape,
    Tensor,
    describe,
    has_tensor,
    is_number,
    truth,
)


def items(value: Any) -> list[Any]:
    """The elements of a value that can be iterated over.

    Raises:
        Refused: it cannot, or has too many.
    """
    if isinstance(value, Cursor):
        value.must_be_current()
        rest, value.at = value.items[value.at :], len(value.items)
        return rest
    if isinstance(value, range | list | tuple | str | dict):
        if len(value) > MAX_ITEMS:
            raise Refused(f"iterates over {len(value):,} elements")
        return list(value)
    if isinstance(value, np.ndarray) and value.ndim:
        return list(value)
    raise Refused(f"iterates over {describe(value)}")


def _number(value: Any, what: str) -> Any:
    if not is_number(value):
        raise Refused(f"{what} of {describe(value)}")
    return value


def range_(recorder: Recorder, *bounds: Any) -> range:
    """``range`` of integers."""
    if not all(isinstance(bound, int) for bound in bounds):
        raise Refused(f"a range to {describe(bounds[-1])}" if bounds else "a range without an end")
    return range(*bounds)


def len_(recorder: Recorder, value: Any) -> int:
    """``len``."""
    if isinstance(value, Tensor):
        size = value.shape[0] if value.shape else None
        if size is None:
            raise Refused("the length of a tensor, which the file does not store")
        return size
    if isinstance(value, list | tuple | dict | str | range):
        return len(value)
    raise Refused(f"the length of {describe(value)}")


def int_(recorder: Recorder, value: Any = 0) -> int:
    """``int`` of a number."""
    return int(_number(value, "int"))


def float_(recorder: Recorder, value: Any = 0.0) -> float:
    """``float`` of a number."""
    if value in ("inf", "-inf", "nan"):
        return float(value)
    return float(_number(value, "float"))


def bool_(recorder: Recorder, value: Any = False) -> bool:
    """``bool``."""
    return truth(value)


def abs_(recorder: Recorder, value: Any) -> Any:
    """``abs`` of a number or tensor."""
    return recorder.tensor("math.abs", value) if isinstance(value, Tensor) else abs(_number(value, "abs"))


def round_(recorder: Recorder, value: Any, digits: int | None = None) -> Any:
    """``round`` of a number.

    Raises:
        Refused: it lies half-way, where Python 2 and 3 differ.
    """
    if is_number(value) and (value * 10 ** (digits or 0)) % 1 == 0.5:
        raise Refused(f"rounds {value}")
    return round(_number(value, "round"), digits)


def pow_(recorder: Recorder, base: Any, exponent: Any) -> Any:
    """``pow``."""
    if isinstance(base, Tensor) or isinstance(exponent, Tensor):
        return recorder.tensor("math.pow", recorder.operand(base, exponent), recorder.operand(exponent, base))
    return math.pow(_number(base, "pow"), _number(exponent, "pow"))


def sum_(recorder: Recorder, values: Any, start: Any = 0) -> Any:
    """``sum`` of numbers or tensors."""
    total = start
    for value in items(values):
        if isinstance(total, Tensor) or isinstance(value, Tensor):
            if total == 0 and not isinstance(total, Tensor):
                total = value  # 0 + x
                continue
            total = recorder.tensor(
                "math.add", recorder.operand(total, value), recorder.operand(value, total)
            )
        else:
            total = _number(total, "sum") + _number(value, "sum")
    return total


def _extreme(choose: Callable[..., Any], name: str) -> Callable[..., Any]:
    def run(recorder: Recorder, *values: Any) -> Any:
        candidates = items(values[0]) if len(values) == 1 else list(values)
        return choose(_number(value, name) for value in candidates)

    return run


def _sequence(kind: type) -> Callable[..., Any]:
    def run(recorder: Recorder, values: Any = ()) -> Any:
        return kind(items(values))

    return run


def enumerate_(recorder: Recorder, values: Any, start: int = 0) -> list[Any]:
    """``enumerate``."""
    return list(enumerate(items(values), int(start)))


def zip_(recorder: Recorder, *values: Any) -> list[Any]:
    """``zip`` to the shortest."""
    return list(zip(*(items(value) for value in values), strict=False))


def reversed_(recorder: Recorder, values: Any) -> list[Any]:
    """``reversed``."""
    return items(values)[::-1]


def sorted_(recorder: Recorder, values: Any) -> list[Any]:
    """``sorted`` of numbers."""
    return sorted(_number(value, "sorted") for value in items(values))


def map_(recorder: Recorder, function: Any, *values: Any) -> list[Any]:
    """``map``."""
    invoke = recorder.invoke
    return [invoke(function, row, {}) for row in zip(*(items(value) for value in values), strict=False)]


def isinstance_(recorder: Recorder, value: Any, kinds: Any) -> bool:
    """``isinstance`` with list, tuple, int, float, str, dict."""
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    names = [kind.name for kind in wanted if isinstance(kind, Builtin) and kind.name in _TYPES]
    if len(names) != len(wanted):
        raise Refused("checks the type of a value")
    types = tuple(_TYPES[name] for name in names)
    if isinstance(value, Tensor | Sizes | StaticShape):
        return False
    return isinstance(value, types)


def any_(recorder: Recorder, values: Any) -> bool:
    """``any``."""
    return any(truth(value) for value in items(values))


def all_(recorder: Recorder, values: Any) -> bool:
    """``all``."""
    return all(truth(value) for value in items(values))


def slice_(recorder: Recorder, *parts: Any) -> slice:
    """``slice``."""
    return slice(*parts)


_TYPES: Mapping[str, type] = {
    "list": list,
    "tuple": tuple,
    "int": int,
    "float": float,
    "str": str,
    "dict": dict,
}
_CALLS: Mapping[str, Callable[..., Any]] = {
    "abs": abs_,
    "all": all_,
    "any": any_,
    "bool": bool_,
    "enumerate": enumerate_,
    "float": float_,
    "int": int_,
    "isinstance": isinstance_,
    "len": len_,
    "list": _sequence(list),
    "map": map_,
    "max": _extreme(max, "max"),
    "min": _extreme(min, "min"),
    "pow": pow_,
    "range": range_,
    "reversed": reversed_,
    "round": round_,
    "slice": slice_,
    "sorted": sorted_,
    "sum": sum_,
    "tuple": _sequence(tuple),
    "xrange": range_,
    "zip": zip_,
}
BUILTINS: Mapping[str, Builtin] = {name: Builtin(name, call) for name, call in _CALLS.items()}

_MATH_CONSTANTS = ("pi", "e", "inf", "nan", "tau")
_MATH_NAMES = """
    sqrt exp log log2 log10 sin cos tan tanh ceil floor pow fabs prod atan asin acos sinh cosh erf
"""
_MATH = frozenset(_MATH_NAMES.split())


def math_member(name: str) -> Any:
    """A member of ``math``; ``UNLISTED`` where it is not on the list."""
    if name in _MATH_CONSTANTS:
        return getattr(math, name)
    if name not in _MATH:
        return UNLISTED
    run: Callable[..., Any] = getattr(math, name)

    def call(recorder: Recorder, *args: Any) -> Any:
        if has_tensor(args):
            raise Refused(f"math.{name} of a tensor")
        given: Sequence[Any] = (
            [items(args[0])] if name == "prod" else [_number(arg, f"math.{name}") for arg in args]
        )
        return run(*given)

    return Builtin(f"math.{name}", call)


NAMES = frozenset({*_MATH, *_MATH_CONSTANTS})
"""Names of members of ``math``."""
