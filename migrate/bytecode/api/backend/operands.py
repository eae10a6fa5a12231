"""The operands that functions of ``keras.backend`` take."""

from __future__ import annotations

from typing import Any

from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Tensor, describe


def tensor_operand(value: Any, what: str) -> Tensor:
    """A value that must be a tensor.

    Raises:
        Refused: it is something else; ``what`` says which function was given it.
    """
    if not isinstance(value, Tensor):
        raise Refused(f"{what} of {describe(value)}")
    return value
