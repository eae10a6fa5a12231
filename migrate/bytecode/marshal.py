"""Reads marshalled code objects of CPython 2.7 and 3.4 to 3.13 into plain values.

``marshal.loads`` is not safe on hostile data and reads the format of the running Python alone. This reader makes
:class:`Code` records, never code objects, and is bounded in bytes, depth, number of objects, and in what shared
references expand to. Source of the format: ``Python/marshal.c`` and ``Objects/codeobject.c`` of each version.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrate.bytecode.errors import Refused

MAX_BYTES = 1 << 20
MAX_DEPTH = 40
MAX_OBJECTS = 50_000
"""Also what all references of one object may expand to."""
MAX_LONG_DIGITS = 64
"""15-bit digits of an integer: 960 bits."""
_FLAG_REF = 0x80


class Layout(StrEnum):
    """Fields of a marshalled code object, by the versions that write them."""

    PYTHON_27 = "2.7"
    PYTHON_34 = "3.4-3.7"
    PYTHON_38 = "3.8-3.10"
    PYTHON_311 = "3.11-3.13"


@dataclass(frozen=True, slots=True)
class Code:
    """A code object as values.

    Attributes:
        varnames: parameters first, then other locals.
        lines: ``co_lnotab``, ``co_linetable`` from 3.10 on.
        layout: whose fields it has.
    """

    name: str
    argcount: int
    posonlyargcount: int
    kwonlyargcount: int
    stacksize: int
    flags: int
    code: bytes
    consts: tuple[Any, ...]
    names: tuple[str, ...]
    varnames: tuple[str, ...]
    freevars: tuple[str, ...]
    cellvars: tuple[str, ...]
    localsplus: tuple[str, ...]
    lines: bytes
    exceptions: bytes
    layout: Layout


def read_code(data: bytes) -> Code:
    """The code object that a marshalled string holds, read in the only layout that fits.

    Raises:
        Refused: no layout fits, more than one does, or a bound is exceeded.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"{len(data):,} bytes of bytecode")
    found: list[Code] = []
    reasons: list[str] = []
    for layout in Layout:
        try:
            found.append(_Reader(data, layout).root())
        except Refused as refusal:
            reasons.append(refusal.reason)
    if len(found) != 1:
        raise Refused(
            "is a marshalled code object in two layouts" if found else f"is not a code object: {reasons[-1]}"
        )
    return found[0]


class _Unfinished:
    """Stands in the table of references for a container that is still being read."""


class _Reader:
    def __init__(self, data: bytes, layout: Layout) -> None:
        self._data = data
        self._at = 0
        self._layout = layout
        self._refs: list[tuple[Any, int]] = []
        self._interned: list[str] = []
        self._count = 0

    def root(self) -> Code:
        value, _ = self._object(0)
        if not isinstance(value, Code):
            raise Refused("the marshalled value is not a code object")
        if self._at != len(self._data):
            raise Refused("bytes follow the code object")
        return value

    def _take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise Refused("the marshalled data is truncated")
        piece = self._data[self._at : self._at + size]
        self._at += size
        return piece

    def _int(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _object(self, depth: int) -> tuple[Any, int]:
        """A value, and how many objects it stands for with all references written out."""
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_OBJECTS:
            raise Refused("the marshalled data is nested too deep or has too many objects")
        kind = self._take(1)[0]
        position = None
        if kind & _FLAG_REF and self._layout is not Layout.PYTHON_27:
            kind &= ~_FLAG_REF
            position = len(self._refs)
            self._refs.append((_Unfinished(), 0))
        read = _READERS.get(chr(kind))
        if read is None:
            raise Refused(f"marshal type {chr(kind)!r} is unknown")
        value, weight = read(self, depth)
        if weight > MAX_OBJECTS:
            raise Refused("the references of the marshalled data expand to too many objects")
        if position is not None:
            self._refs[position] = (value, weight)
        return value, weight

    def _items(self, size: int, depth: int) -> tuple[list[Any], int]:
        if size < 0 or size > len(self._data) - self._at:
            raise Refused("the marshalled data is truncated")
        items, total = [], 1
        for _ in range(size):
            value, weight = self._object(depth + 1)
            items.append(value)
            total += weight
        return items, total

    def _ref(self, depth: int) -> tuple[Any, int]:
        number = self._int()
        if not 0 <= number < len(self._refs) or isinstance(self._refs[number][0], _Unfinished):
            raise Refused("a reference has no target")
        return self._refs[number]

    def _string_ref(self, depth: int) -> tuple[Any, int]:
        number = self._int()
        if not 0 <= number < len(self._interned):
            raise Refused("a reference has no target")
        return self._interned[number], 1

    def _interned_27(self, depth: int) -> tuple[Any, int]:
        text = self._take(self._int()).decode("latin-1")
        self._interned.append(text)
        return text, 1

    def _long(self, depth: int) -> tuple[Any, int]:
        size = self._int()
        if abs(size) > MAX_LONG_DIGITS:
            raise Refused(f"an integer of {abs(size) * 15} bits")
        digits = struct.unpack(f"<{abs(size)}H", self._take(2 * abs(size)))
        value = sum(digit << (15 * place) for place, digit in enumerate(digits))
        return (-value if size < 0 else value), 1

    def _float(self) -> float:
        return float(struct.unpack("<d", self._take(8))[0])

    def _text_float(self) -> float:
        try:
            return float(self._take(self._take(1)[0]).decode("ascii"))
        except ValueError as error:
            raise Refused("a float is not a number") from error

    def _text(self, size: int, encoding: str) -> tuple[Any, int]:
        errors = "surrogatepass" if encoding == "utf-8" else "strict"
        try:
            return self._take(size).decode(encoding, errors), 1
        except UnicodeDecodeError as error:
            raise Refused("a string has an invalid encoding") from error

    def _bytes(self, depth: int) -> tuple[Any, int]:
        return self._take(self._int()), 1

    def _tuple(self, size: int, depth: int) -> tuple[Any, int]:
        items, weight = self._items(size, depth)
        return tuple(items), weight

    def _frozenset(self, depth: int) -> tuple[Any, int]:
        items, weight = self._items(self._int(), depth)
        try:
            return frozenset(items), weight
        except TypeError as error:
            raise Refused("a set contains something that cannot be in a set") from error

    def _code(self, depth: int) -> tuple[Any, int]:
        layout = self._layout
        argcount = self._int()
        posonly = self._int() if layout in (Layout.PYTHON_38, Layout.PYTHON_311) else 0
        kwonly = self._int() if layout is not Layout.PYTHON_27 else 0
        if layout is not Layout.PYTHON_311:
            self._int()  # co_nlocals
        stacksize, flags = self._int(), self._int()
        weight = 1

        def part(kind: type) -> Any:
            nonlocal weight
            value, more = self._object(depth + 1)
            weight += more
            if self._layout is Layout.PYTHON_27 and kind in (bytes, str) and isinstance(value, bytes | str):
                return value.encode("latin-1") if kind is bytes and isinstance(value, str) else value
            if not isinstance(value, kind):
                raise Refused(f"a field of a code object is a {type(value).__name__}")
            return value

        code, consts, names = part(bytes), part(tuple), _texts(part(tuple))
        if layout is Layout.PYTHON_311:
            localsplus, kinds = _texts(part(tuple)), part(bytes)
            if len(kinds) != len(localsplus):
                raise Refused("local variables and their kinds differ in number")
            varnames = tuple(n for n, kind in zip(localsplus, kinds, strict=True) if kind & 0x20)
            cellvars = tuple(n for n, kind in zip(localsplus, kinds, strict=True) if kind & 0x40)
            freevars = tuple(n for n, kind in zip(localsplus, kinds, strict=True) if kind & 0x80)
        else:
            varnames, freevars, cellvars = (_texts(part(tuple)) for _ in range(3))
            localsplus = varnames
        part(str)  # co_filename
        name = part(str)
        if layout is Layout.PYTHON_311:
            part(str)  # co_qualname
        self._int()  # co_firstlineno
        lines = part(bytes)
        exceptions = part(bytes) if layout is Layout.PYTHON_311 else b""
        variable = bool(flags & 0x04) + bool(flags & 0x08)  # *args and **kwargs
        if not 0 <= posonly <= argcount or kwonly < 0 or argcount + kwonly + variable > len(varnames):
            raise Refused("the code object has more parameters than variables")
        made = Code(
            name if isinstance(name, str) else name.decode("latin-1"),
            argcount,
            posonly,
            kwonly,
            stacksize,
            flags,
            code,
            consts,
            names,
            varnames,
            freevars,
            cellvars,
            localsplus,
            lines,
            exceptions,
            layout,
        )
        return made, weight


def _texts(values: tuple[Any, ...]) -> tuple[str, ...]:
    texts = tuple(v.decode("latin-1") if isinstance(v, bytes) else v for v in values)
    if not all(isinstance(text, str) for text in texts):
        raise Refused("a name is not a string")
    return texts


_Read = Callable[[_Reader, int], tuple[Any, int]]
_READERS: Mapping[str, _Read] = {
    "N": lambda r, d: (None, 1),
    "T": lambda r, d: (True, 1),
    "F": lambda r, d: (False, 1),
    ".": lambda r, d: (Ellipsis, 1),
    "i": lambda r, d: (r._int(), 1),
    "I": lambda r, d: (int.from_bytes(r._take(8), "little", signed=True), 1),
    "l": _Reader._long,
    "f": lambda r, d: (r._text_float(), 1),
    "g": lambda r, d: (r._float(), 1),
    "x": lambda r, d: (complex(r._text_float(), r._text_float()), 1),
    "y": lambda r, d: (complex(r._float(), r._float()), 1),
    "s": _Reader._bytes,
    "t": lambda r, d: r._interned_27(d) if r._layout is Layout.PYTHON_27 else r._text(r._int(), "utf-8"),
    "u": lambda r, d: r._text(r._int(), "utf-8"),
    "a": lambda r, d: r._text(r._int(), "ascii"),
    "A": lambda r, d: r._text(r._int(), "ascii"),
    "z": lambda r, d: r._text(r._take(1)[0], "ascii"),
    "Z": lambda r, d: r._text(r._take(1)[0], "ascii"),
    "(": lambda r, d: r._tuple(r._int(), d),
    ")": lambda r, d: r._tuple(r._take(1)[0], d),
    ">": _Reader._frozenset,
    "c": _Reader._code,
    "r": _Reader._ref,
    "R": _Reader._string_ref,
}
"""Type byte to what reads the rest. Lists, dicts and sets are never constants of a function."""
