"""Calls, and making functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.bytecode.api.builtin import items
from migrate.bytecode.errors import Refused
from migrate.bytecode.frame import Frame
from migrate.bytecode.marshal import Code
from migrate.bytecode.steps.step import Interpreter, Step, push
from migrate.bytecode.values import NULL, Cell, Function


def _callable(frame: Frame, null: bool) -> tuple[Any, list[Any]]:
    """The value to call, and an argument that stands before the others; newer Pythons keep a NULL in its place."""
    if not null:
        return frame.pop(), []
    first, second = frame.pop(), frame.pop()
    if second is NULL:
        return first, []
    return second, [] if first is NULL else [first]


def _call(machine: Interpreter, frame: Frame, how: tuple[int, bool]) -> None:
    count, null = how
    args = frame.pop_many(count)
    names, frame.keywords = frame.keywords, ()
    _called(machine, frame, args, names, null)


def _call_names(machine: Interpreter, frame: Frame, how: tuple[int, bool]) -> None:
    names = frame.pop()
    args = frame.pop_many(how[0])
    _called(machine, frame, args, names, how[1])


def _called(machine: Interpreter, frame: Frame, args: list[Any], names: Any, null: bool) -> None:
    if not isinstance(names, tuple) or len(names) > len(args) or not all(isinstance(n, str) for n in names):
        raise Refused("names more arguments than it passes")
    split = len(args) - len(names)
    function, before = _callable(frame, null)
    push(frame, machine.call(function, [*before, *args[:split]], dict(zip(names, args[split:], strict=True))))


def _call_pairs(machine: Interpreter, frame: Frame, how: tuple[int, int]) -> None:
    pairs = frame.pop_many(2 * how[1])
    args = frame.pop_many(how[0])
    names = pairs[::2]
    if not all(isinstance(name, str) for name in names):
        raise Refused("a keyword is not a string")
    push(frame, machine.call(frame.pop(), args, dict(zip(names, pairs[1::2], strict=True))))


def _call_ex(machine: Interpreter, frame: Frame, how: tuple[bool, bool]) -> None:
    named = frame.pop() if how[0] else {}
    args = items(frame.pop())
    if type(named) is not dict or not all(isinstance(name, str) for name in named):
        raise Refused("a keyword is not a string")
    function, before = _callable(frame, how[1])
    push(frame, machine.call(function, [*before, *args], named))


def _keywords(machine: Interpreter, frame: Frame, names: Any) -> None:
    if not isinstance(names, tuple):
        raise Refused("the names of arguments are not a tuple")
    frame.keywords = names


def _function(machine: Interpreter, frame: Frame, how: tuple[int, bool]) -> None:
    flags, qualified = how
    if qualified:
        frame.pop()
    code = frame.pop()
    if not isinstance(code, Code):
        raise Refused("makes a function of something that is not code")
    made = Function(code)
    for flag in (8, 4, 2, 1):
        if flags & flag:
            _give(made, flag, frame.pop())
    push(frame, made)


def _give(function: Function, flag: int, value: Any) -> None:
    """Defaults (1), keyword defaults (2), annotations (4) or closure (8) of a function."""
    if flag == 1 and isinstance(value, tuple):
        function.defaults = value
    elif flag == 2 and type(value) is dict:
        function.keyword_defaults = value
    elif flag == 8 and isinstance(value, tuple) and all(isinstance(cell, Cell) for cell in value):
        function.closure = value
    elif flag != 4:
        raise Refused("makes a function of parts that do not fit")


def _old_function(machine: Interpreter, frame: Frame, how: tuple[int, int, bool, bool]) -> None:
    """Until Python 3.5: defaults, keyword defaults as pairs, closure, code and, in Python 3, the name."""
    defaults, pairs, closed, qualified = how
    _function(machine, frame, (8 if closed else 0, qualified))
    made = frame.pop()
    if qualified:
        named = frame.pop_many(2 * pairs)
        made.keyword_defaults = dict(zip(named[::2], named[1::2], strict=True))
    made.defaults = tuple(frame.pop_many(defaults))
    push(frame, made)


def _set_function(machine: Interpreter, frame: Frame, flag: int) -> None:
    function, value = frame.pop(), frame.pop()
    if not isinstance(function, Function):
        raise Refused("adds parts to something that is not a function")
    _give(function, flag, value)
    push(frame, function)


STEPS: Mapping[str, Step] = {
    "call": _call,
    "call_ex": _call_ex,
    "call_names": _call_names,
    "call_pairs": _call_pairs,
    "function": _function,
    "keywords": _keywords,
    "old_function": _old_function,
    "set_function": _set_function,
}
