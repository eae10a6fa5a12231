"""Operators, indexing, and building lists, tuples, dictionaries and slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from migrate.bytecode import operators
from migrate.bytecode.api.builtin import items
from migrate.bytecode.errors import Refused
from migrate.bytecode.frame import Frame
from migrate.bytecode.marshal import Layout
from migrate.bytecode.steps.step import Interpreter, Step, push
from migrate.bytecode.values import bounded, describe, has_tensor, truth


def _binary(machine: Interpreter, frame: Frame, symbol: str) -> None:
    right, left = frame.pop(), frame.pop()
    push(frame, bounded(operators.binary(machine.recorder, symbol, left, right)))


def _inplace(machine: Interpreter, frame: Frame, symbol: str) -> None:
    right, left = frame.pop(), frame.pop()
    if symbol == "+" and type(left) is list and isinstance(right, list | tuple):
        left += right
        push(frame, bounded(left))
        return
    if isinstance(left, np.ndarray) and not has_tensor(right):
        _change(left, operators.binary(machine.recorder, symbol, left, right))
        push(frame, left)
        return
    push(frame, bounded(operators.binary(machine.recorder, symbol, left, right)))


def _change(array: np.ndarray[Any, Any], result: Any) -> None:
    """Put a result into the array itself, which other variables may hold too."""
    if not isinstance(result, np.ndarray) or result.shape != array.shape:
        raise Refused("changes the shape of an array in place")
    try:
        np.copyto(array, result, casting="same_kind")
    except TypeError as error:
        raise Refused(f"changes an array in place: {error}") from error


def _unary(machine: Interpreter, frame: Frame, symbol: str) -> None:
    push(frame, operators.unary(machine.recorder, symbol, frame.pop()))


def _compare(machine: Interpreter, frame: Frame, symbol: str) -> None:
    right, left = frame.pop(), frame.pop()
    push(frame, operators.compare(machine.recorder, symbol, left, right))


def _to_bool(machine: Interpreter, frame: Frame, _: Any) -> None:
    push(frame, truth(frame.pop()))


def _subscript(machine: Interpreter, frame: Frame, _: Any) -> None:
    key, value = frame.pop(), frame.pop()
    push(frame, operators.subscript(machine.recorder, value, key))


def _slice_of(machine: Interpreter, frame: Frame, which: int) -> None:
    """``x[a:b]``: 3 takes both bounds from the stack, 1 the first, 2 the second, 0 none."""
    stop = frame.pop() if which & 2 else None
    start = frame.pop() if which & 1 else None
    push(frame, operators.subscript(machine.recorder, frame.pop(), slice(start, stop)))


def _store_subscript(machine: Interpreter, frame: Frame, _: Any) -> None:
    key, container, value = frame.pop(), frame.pop(), frame.pop()
    _assign(container, key, value)


def _assign(container: Any, key: Any, value: Any) -> None:
    if type(container) is dict and isinstance(key, int | str | tuple) and not has_tensor(key):
        container[key] = value
        bounded(container)
    elif type(container) is list and type(key) is int and -len(container) <= key < len(container):
        container[key] = value
    else:
        raise Refused(f"assigns to an element of {describe(container)}")


def _slice(machine: Interpreter, frame: Frame, count: int) -> None:
    if count not in (2, 3):
        raise Refused("builds a slice with a different number of parts")
    push(frame, slice(*frame.pop_many(count)))


def _build(machine: Interpreter, frame: Frame, what: tuple[str, int]) -> None:
    kind, count = what
    parts = frame.pop_many(count * 2 if kind == "map" else count)
    if kind == "map":
        made: dict[Any, Any] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            _assign(made, key, value)
        push(frame, made)
    else:
        push(frame, tuple(parts) if kind == "tuple" else parts)


def _const_keys(machine: Interpreter, frame: Frame, count: int) -> None:
    keys = frame.pop()
    values = frame.pop_many(count)
    if not isinstance(keys, tuple) or len(keys) != count:
        raise Refused("builds a dictionary with a different number of keys")
    made: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        _assign(made, key, value)
    push(frame, made)


def _store_map(machine: Interpreter, frame: Frame, _: Any) -> None:
    key, value = frame.pop(), frame.pop()
    _assign(frame.peek(1), key, value)


def _append(machine: Interpreter, frame: Frame, depth: int) -> None:
    value = frame.pop()
    target = frame.peek(depth)
    if type(target) is not list:
        raise Refused("appends to something that is not a list")
    target.append(value)
    bounded(target)


def _extend(machine: Interpreter, frame: Frame, depth: int) -> None:
    values = items(frame.pop())
    target = frame.peek(depth)
    if type(target) is not list:
        raise Refused("extends something that is not a list")
    target += values
    bounded(target)


def _set_item(machine: Interpreter, frame: Frame, depth: int) -> None:
    value, key = frame.pop(), frame.pop()
    if frame.function.code.layout in (Layout.PYTHON_27, Layout.PYTHON_34):
        value, key = key, value  # until 3.7 the key is on top
    _assign(frame.peek(depth), key, value)


def _update(machine: Interpreter, frame: Frame, depth: int) -> None:
    more = frame.pop()
    target = frame.peek(depth)
    if type(target) is not dict or type(more) is not dict:
        raise Refused("merges something that is not a dictionary")
    target |= more
    bounded(target)


def _list_to_tuple(machine: Interpreter, frame: Frame, _: Any) -> None:
    push(frame, tuple(items(frame.pop())))


def _unpack(machine: Interpreter, frame: Frame, count: int) -> None:
    values = items(frame.pop())
    if len(values) != count:
        raise Refused(f"unpacks {len(values)} values into {count} variables")
    frame.stack += reversed(values)


STEPS: Mapping[str, Step] = {
    "append": _append,
    "binary": _binary,
    "build": _build,
    "compare": _compare,
    "const_keys": _const_keys,
    "extend": _extend,
    "inplace": _inplace,
    "list_to_tuple": _list_to_tuple,
    "set_item": _set_item,
    "slice": _slice,
    "slice_of": _slice_of,
    "store_map": _store_map,
    "store_subscript": _store_subscript,
    "subscript": _subscript,
    "to_bool": _to_bool,
    "unary": _unary,
    "unpack": _unpack,
    "update": _update,
}
