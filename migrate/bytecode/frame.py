"""One activation of an interpreted function: its variables and its stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.bytecode.decode import Instruction
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Cell, Function


@dataclass(slots=True)
class Frame:
    """One activation of a function."""

    function: Function
    instructions: tuple[Instruction, ...]
    variables: dict[str, Any]
    cells: dict[str, Cell]
    stack: list[Any] = field(default_factory=list)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    """End and stack height of each loop that ``SETUP_LOOP`` opened."""
    keywords: tuple[str, ...] = ()
    """Names of the last arguments of the next call (``KW_NAMES``)."""
    yielded: list[Any] = field(default_factory=list)

    def pop(self) -> Any:
        """Take the top of the stack.

        Raises:
            Refused: it is empty.
        """
        if not self.stack:
            raise Refused("takes a value from an empty stack")
        return self.stack.pop()

    def pop_many(self, count: int) -> list[Any]:
        """Take several values, the lowest first.

        Raises:
            Refused: there are fewer.
        """
        if count < 0 or count > len(self.stack):
            raise Refused("takes a value from an empty stack")
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return taken

    def peek(self, depth: int) -> Any:
        """The value at a depth; 1 is the top.

        Raises:
            Refused: the stack is not that deep.
        """
        if not 0 < depth <= len(self.stack):
            raise Refused("reads beyond the stack")
        return self.stack[-depth]


def bind(function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters to values, as Python binds them.

    Raises:
        Refused: arguments are missing or too many.
    """
    code, given = function.code, dict(kwargs)
    names = code.varnames[: code.argcount]
    only = code.varnames[code.argcount : code.argcount + code.kwonlyargcount]
    rest = len(names) + len(only)
    variables: dict[str, Any] = dict(zip(names, args, strict=False))
    extra = list(args[len(names) :])
    defaults = dict(zip(names[len(names) - len(function.defaults) :], function.defaults, strict=True))
    for name in (*names[code.posonlyargcount :], *only):
        if name in given:
            if name in variables:
                raise Refused(f"{code.name} gets {name!r} twice")
            variables[name] = given.pop(name)
    for name in (*names, *only):
        if name not in variables:
            known = {**defaults, **function.keyword_defaults}
            if name not in known:
                raise Refused(f"{code.name} needs a value for {name!r}")
            variables[name] = known[name]
    if code.flags & 0x04:
        variables[code.varnames[rest]] = tuple(extra)
        rest, extra = rest + 1, []
    if code.flags & 0x08:
        variables[code.varnames[rest]], given = given, {}
    if extra or given:
        raise Refused(f"{code.name} gets arguments that it does not accept: {sorted(given) or len(extra)}")
    return variables
