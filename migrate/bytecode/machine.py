"""Interprets functions over symbolic tensors. Nothing of the running Python is reachable from here.

A value has no attributes but those that :mod:`.attributes` lists, a name means what :mod:`.api` says it means,
and an operation that is not written out below refuses. Steps, depth and sizes are bounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from migrate.bytecode import attributes
from migrate.bytecode.api import global_value
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.decode import Instruction, decode
from migrate.bytecode.errors import Refused
from migrate.bytecode.frame import Frame, bind
from migrate.bytecode.steps import STEPS
from migrate.bytecode.values import (
    UNLISTED,
    UNSET,
    Builtin,
    Cell,
    Cursor,
    Function,
    Method,
    bounded,
    describe,
)

MAX_STEPS = 200_000
"""Operations, and elements of the values that they work on."""
_SIZED = (list, tuple, dict, str, bytes)
MAX_CALL_DEPTH = 20
_GENERATOR = 0x20
"""``CO_GENERATOR`` of ``co_flags``."""


class Machine:
    """Interprets one function, read as the bytecode of one Python.

    Args:
        version: of that Python.
        recorder: receives what is computed of tensors.
        defined: values of globals that the user gave.
    """

    def __init__(self, version: str, recorder: Recorder, defined: Mapping[str, Any]) -> None:
        self.version = version
        self.recorder = recorder
        self._defined = defined
        self._steps = 0
        self._depth = 0
        self._decoded: dict[int, tuple[Instruction, ...]] = {}

    def call(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The result of calling a value.

        Raises:
            Refused: it cannot be called, or what it does is not on the allow-list.
        """
        if isinstance(function, Function):
            return self._run(function, args, kwargs)
        if isinstance(function, Builtin):
            return bounded(self.recorder.apply(function, args, kwargs, self.call))
        if isinstance(function, Method):
            return bounded(attributes.call_method(self.recorder, function, args, kwargs))
        raise Refused(f"calls {describe(function)}")

    def _run(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        code = function.code
        if self._depth >= MAX_CALL_DEPTH:
            raise Refused(f"calls functions more than {MAX_CALL_DEPTH} levels deep")
        frame = self._frame(function, args, kwargs)
        self._depth += 1
        try:
            result = self._loop(frame)
        finally:
            self._depth -= 1
        if not code.flags & _GENERATOR:
            return result
        # A generator is run to its end at once; what could tell the difference is watched.
        return Cursor(frame.yielded, watched=tuple((cell, cell.value) for cell in function.closure))

    def _frame(self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Frame:
        code = function.code
        variables = bind(function, args, kwargs)
        cells = {name: Cell(variables.get(name, UNSET)) for name in code.cellvars}
        if len(function.closure) != len(code.freevars):
            raise Refused(
                f"{code.name} needs {len(code.freevars)} closed-over values and has {len(function.closure)}"
            )
        cells |= dict(zip(code.freevars, function.closure, strict=True))
        if id(code) not in self._decoded:
            self._decoded[id(code)] = decode(code, self.version)
        return Frame(function, self._decoded[id(code)], variables, cells)

    def _loop(self, frame: Frame) -> Any:
        at = 0
        while True:
            top = frame.stack[-1] if frame.stack else None
            self._steps += 1 + (len(top) if isinstance(top, _SIZED) else 0)
            if self._steps > MAX_STEPS:
                raise Refused(f"takes more than {MAX_STEPS:,} steps")
            if at >= len(frame.instructions):
                raise Refused("runs beyond its last instruction")
            instruction = frame.instructions[at]
            try:
                if instruction.op == "return":
                    return frame.pop()
                step = STEPS.get(instruction.op)
                if step is None:
                    raise Refused(f"{instruction.opcode} is not on the allow-list")
                target = step(self, frame, instruction.arg)
            except Refused as refusal:
                if not refusal.instruction:
                    refusal.instruction = instruction.text
                raise
            if len(frame.stack) > frame.function.code.stacksize + 2:
                raise Refused("the stack grows beyond what the compiler reserved")
            at = at + 1 if target is None else target

    def global_(self, name: str) -> Any:
        """The value of a global.

        Raises:
            Refused: its value is not known; ``missing`` is its name.
        """
        if name in self._defined:
            given = self._defined[name]
            return deepcopy(given) if isinstance(given, list | dict) else given
        value = global_value(name)
        if value is UNLISTED:
            raise Refused(f"the global {name!r} is not in the file", missing=name)
        return value
