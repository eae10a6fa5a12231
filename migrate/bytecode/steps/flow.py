"""Jumps, loops, and moving values on the stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.bytecode.api.builtin import items
from migrate.bytecode.errors import Refused
from migrate.bytecode.frame import Frame
from migrate.bytecode.steps.step import Interpreter, Step, push
from migrate.bytecode.values import NULL, Cursor, bounded, describe, truth


def _jump(machine: Interpreter, frame: Frame, to: tuple[int, Any]) -> int:
    return to[0]


def _jump_if(machine: Interpreter, frame: Frame, to: tuple[int, tuple[bool, bool]]) -> int | None:
    target, (wanted, keep) = to
    jumps = truth(frame.peek(1)) is wanted
    if not (jumps and keep):
        frame.pop()
    return target if jumps else None


def _jump_if_none(machine: Interpreter, frame: Frame, to: tuple[int, bool]) -> int | None:
    return to[0] if (frame.pop() is None) is to[1] else None


def _iter(machine: Interpreter, frame: Frame, _: Any) -> None:
    value = frame.pop()
    push(frame, value if isinstance(value, Cursor) else Cursor(items(value)))


def _for(machine: Interpreter, frame: Frame, to: tuple[int, Any]) -> int | None:
    cursor = frame.peek(1)
    if not isinstance(cursor, Cursor):
        raise Refused(f"iterates over {describe(cursor)}")
    cursor.must_be_current()
    if cursor.at >= len(cursor.items):
        frame.pop()
        return to[0]
    cursor.at += 1
    push(frame, cursor.items[cursor.at - 1])
    return None


def _setup_loop(machine: Interpreter, frame: Frame, to: tuple[int, Any]) -> None:
    frame.blocks.append((to[0], len(frame.stack)))


def _pop_block(machine: Interpreter, frame: Frame, _: Any) -> None:
    if not frame.blocks:
        raise Refused("ends a block that was not started")
    frame.blocks.pop()


def _break(machine: Interpreter, frame: Frame, _: Any) -> int:
    if not frame.blocks:
        raise Refused("leaves a loop that was not started")
    end, height = frame.blocks.pop()
    del frame.stack[height:]
    return end


def _yield(machine: Interpreter, frame: Frame, _: Any) -> None:
    frame.yielded.append(frame.pop())
    bounded(frame.yielded)
    push(frame, None)


def _pop(machine: Interpreter, frame: Frame, _: Any) -> None:
    frame.pop()


def _dup(machine: Interpreter, frame: Frame, count: int) -> None:
    frame.peek(count)
    frame.stack += frame.stack[-count:]


def _rot(machine: Interpreter, frame: Frame, count: int) -> None:
    """The top goes below the ``count - 1`` values under it."""
    frame.peek(count)
    frame.stack.insert(len(frame.stack) - count, frame.pop())


def _copy(machine: Interpreter, frame: Frame, depth: int) -> None:
    push(frame, frame.peek(depth))


def _swap(machine: Interpreter, frame: Frame, depth: int) -> None:
    frame.peek(depth)
    frame.stack[-1], frame.stack[-depth] = frame.stack[-depth], frame.stack[-1]


STEPS: Mapping[str, Step] = {
    "break": _break,
    "continue": _jump,
    "copy": _copy,
    "dup": _dup,
    "for": _for,
    "iter": _iter,
    "jump": _jump,
    "jump_if": _jump_if,
    "jump_if_none": _jump_if_none,
    "null": lambda machine, frame, _: push(frame, NULL),
    "pop": _pop,
    "pop_block": _pop_block,
    "rot": _rot,
    "setup_loop": _setup_loop,
    "swap": _swap,
    "yield": _yield,
}
