"""The form of a contract: a call is a record that names the record of its answer.

A world's handler takes the one and gives the other; `Worker.ask` sends the one and checks the other, because a worker
that has loaded a hostile model may answer anything. Paths travel as text, arrays not at all: they are files in the
worker's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import msgspec

Answer = TypeVar("Answer")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Call(msgspec.Struct, Generic[Answer], frozen=True, forbid_unknown_fields=True):
    """One call; ``class Scan(Call[Scanned])`` is answered by a ``Scanned``, and the handler's name is ``scan``."""


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer; a field that this project's handlers do not give means that the worker was taken over."""


class Nothing(Reply, frozen=True):
    """The answer of a call that is made for what it does."""


def method_of(kind: type[Call[Any]]) -> str:
    """The name that a call travels by: ``read_subclassed`` of ``ReadSubclassed``."""
    return _HUMP.sub("_", kind.__name__).lower()


def answer_of(kind: type[Call[Answer]]) -> type[Answer]:
    """The record that a kind of call is answered by."""
    (answer,) = get_args(kind.__orig_bases__[0])  # type: ignore[attr-defined]
    found: type[Answer] = answer
    return found


def to_message(value: msgspec.Struct) -> dict[str, Any]:
    """A call or an answer as JSON values."""
    message: dict[str, Any] = msgspec.to_builtins(value, enc_hook=_as_text)
    return message


def from_message(message: object, kind: type[Answer]) -> Answer:
    """A call or an answer from JSON values, strictly.

    A field of the type ``object`` takes any JSON.

    Raises:
        msgspec.ValidationError: it is no such record.
    """
    return msgspec.convert(message, kind, dec_hook=_from_text)


def handlers_of(*functions: Callable[[Any, Path], msgspec.Struct]) -> dict[str, Handler]:
    """A world's table of handlers: each function under the name of the call that its first parameter is typed as."""
    table = {}
    for function in functions:
        kind = next(iter(get_type_hints(function).values()))
        table[method_of(kind)] = _untyped(function, kind)
    return table


Handler = Callable[[Mapping[str, Any], Path], dict[str, Any]]


def _untyped(function: Callable[[Any, Path], msgspec.Struct], kind: type[Call[Any]]) -> Handler:
    def handler(params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
        return to_message(function(from_message(params, kind), scratch))

    return handler


def _as_text(value: object) -> str:
    """A path; and what a file's configuration may hold that JSON does not: NumPy's numbers are taken as they are."""
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    return item() if item is not None else str(value)


def _from_text(kind: type, value: object) -> object:
    if kind is object:  # JSON that is handed through
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise msgspec.ValidationError(f"expected a {kind.__name__}")
