"""What a step is, and what it may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.frame import Frame


class Interpreter(Protocol):
    """What a step needs of the machine."""

    recorder: Recorder

    def call(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The result of calling a value."""

    def global_(self, name: str) -> Any:
        """The value of a global."""


Step = Callable[[Interpreter, Frame, Any], int | None]
"""Changes the frame; answers with the index of the next operation when it jumps. The last argument is the operand."""


def push(frame: Frame, value: Any) -> None:
    """Put a value on the stack."""
    frame.stack.append(value)
