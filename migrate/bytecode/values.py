"""Values of the interpreter: symbolic tensors, names of libraries, functions; all others are Python's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from migrate.bytecode.errors import Refused
from migrate.bytecode.marshal import Code

Shape = tuple[int | None, ...]
MAX_ITEMS = 10_000
"""Elements of a sequence or array that is computed."""
MAX_BITS = 1_024
"""Of an integer that is computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor of the graph.

    Attributes:
        node: index of the call that makes it; -1, -2, … for the function's inputs.
        output: which of the call's results.
        shape: with None for free sizes; None where not even the rank is known.
        dtype: ``float32``; None where it is not known.
    """

    node: int
    output: int = 0
    shape: Shape | None = None
    dtype: str | None = None

    @property
    def rank(self) -> int:
        """Number of dimensions.

        Raises:
            Refused: it is not known.
        """
        if self.shape is None:
            raise Refused("needs the shape of a tensor, which the file does not store")
        return len(self.shape)


class Sizes(tuple[Any, ...]):
    """What ``K.shape`` gives: known sizes as integers, free ones as scalar tensors. Arithmetic is elementwise."""

    __slots__ = ()


class StaticShape(tuple[int | None, ...]):
    """``x.shape``: a ``TensorShape``."""

    __slots__ = ()


class TopK(list[Any]):
    """What ``tf.math.top_k`` gives: ``values`` and ``indices``, by name and by place."""

    __slots__ = ()


class JsonList(list[Any]):
    """A list from the configuration, which may have been an array or a tuple before it was written as JSON."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class DType:
    """``tf.float32``."""

    name: str


@dataclass(frozen=True, slots=True)
class Module:
    """A library, by the name that the allow-list knows: ``tf.nn``, ``K``."""

    path: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function on the allow-list; ``call`` takes the recorder of the graph and the arguments."""

    name: str
    call: Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of a value, on the allow-list."""

    owner: Any
    name: str


@dataclass(slots=True, eq=False)
class Cell:
    """A variable that functions share; ``value`` is ``UNSET`` until it is assigned."""

    value: Any


@dataclass(slots=True, eq=False)
class Function:
    """A function that the bytecode defines."""

    code: Code
    defaults: tuple[Any, ...] = ()
    keyword_defaults: Mapping[str, Any] = field(default_factory=dict)
    closure: tuple[Cell, ...] = ()


@dataclass(slots=True, eq=False)
class Cursor:
    """An iterator over values that are all there.

    Attributes:
        watched: shared variables that the values were made with, and what they held: a generator would only
            look when it is asked.
    """

    items: list[Any]
    at: int = 0
    watched: tuple[tuple[Cell, Any], ...] = ()

    def must_be_current(self) -> None:
        """Refuse values that a generator would make otherwise by now.

        Raises:
            Refused: a shared variable was assigned in between.
        """
        if any(cell.value is not value for cell, value in self.watched):
            raise Refused("assigns a variable that a generator uses before it is run")


class _Marker:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NULL = _Marker("NULL")
"""What newer Pythons push beside a callable."""
UNSET = _Marker("an unassigned variable")
UNLISTED = _Marker("a name that is not on the allow-list")


def has_tensor(value: Any) -> bool:
    """Whether a value is a tensor or holds one.

    Raises:
        Refused: a list that holds another many times stands for more elements than are looked at.
    """
    pending, seen = [value], 0
    while pending:
        current = pending.pop()
        if isinstance(current, Tensor):
            return True
        if isinstance(current, dict):
            current = list(current.values())
        if isinstance(current, list | tuple):
            seen += len(current) + 1
            if seen > 2 * MAX_ITEMS:
                raise Refused(f"a list that stands for more than {2 * MAX_ITEMS:,} elements is computed")
            pending += current
    return False


def is_number(value: Any) -> bool:
    """A Python or numpy scalar."""
    return isinstance(value, int | float | np.integer | np.floating | np.bool_) and not isinstance(
        value, Tensor
    )


def bounded(value: Any) -> Any:
    """A computed value, within the bounds.

    Raises:
        Refused: an integer, sequence, string or array is larger than any function of a layer needs.
    """
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise Refused(f"an integer of {value.bit_length()} bits is computed")
    if isinstance(value, list | tuple | dict | str | bytes | range) and len(value) > MAX_ITEMS:
        raise Refused(f"a {type(value).__name__} of {len(value):,} elements is computed")
    if isinstance(value, np.ndarray) and value.size > MAX_ITEMS:
        raise Refused(f"an array of {value.size:,} elements is computed")
    return value


def truth(value: Any) -> bool:
    """The truth of a value that decides a branch.

    Raises:
        Refused: it depends on numbers that a tensor holds.
    """
    if isinstance(value, Tensor):
        raise Refused("a branch depends on the values of a tensor")
    if isinstance(
        value, bool | int | float | str | bytes | tuple | list | dict | range | type(None) | np.generic
    ):
        return bool(value)
    if isinstance(value, np.ndarray) and value.size == 1:
        return bool(value)
    if isinstance(value, Function | Builtin | Module | DType):
        return True
    raise Refused(f"uses the truth value of {describe(value)}")


def describe(value: Any) -> str:
    """A value in words, for messages."""
    match value:
        case Tensor():
            return "a tensor"
        case Module(path=path):
            return f"the module {path}"
        case Builtin(name=name):
            return f"the function {name}"
        case Function(code=code):
            return f"the function {code.name}"
        case Method(owner=owner, name=name):
            return f"the method {name} of {describe(owner)}"
        case None | bool() | int() | float() | str():
            text = repr(value)
            return text if len(text) <= 60 else f"{text[:57]}…"
    return f"a {type(value).__name__}"
