"""Turns the instructions of any supported Python into one small set, with operands and jump targets resolved.

Only what an opcode means to a reader of the stack is kept: ``LOAD_METHOD``, ``PRECALL`` and inline caches are gone,
``BINARY_ADD`` and ``BINARY_OP 0`` are both ``binary "+"``. Source: the documentation of ``dis`` and
``Python/ceval.c`` (``Python/bytecodes.c`` from 3.12) of each version.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from migrate.bytecode.errors import Refused
from migrate.bytecode.marshal import Code, Layout
from migrate.bytecode.opcodes import CACHES, OPCODES
from migrate.bytecode.operands import Jump, operand_text, operations

MAX_INSTRUCTIONS = 20_000
_MAX_ARGUMENT = 1 << 24
_HAVE_ARGUMENT = 90
_SLASH, _BACKSLASH = b"/\\"
"""Keras on Windows wrote ``/`` for each byte ``\\`` of a function, for the sake of file names, and so for the number
of ``UNPACK_SEQUENCE`` too. Source: ``func_dump`` of ``keras/utils/generic_utils.py`` from 2.1.3 to 2.15."""
VERSIONS: dict[Layout, tuple[str, ...]] = {
    Layout.PYTHON_27: ("2.7",),
    Layout.PYTHON_34: ("3.4", "3.5", "3.6", "3.7"),
    Layout.PYTHON_38: ("3.8", "3.9", "3.10"),
    Layout.PYTHON_311: ("3.11", "3.12", "3.13"),
}
"""Which Pythons write a layout."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One instruction as it is written.

    Attributes:
        offset: of its first byte, extended arguments included.
        replaced: whether Windows wrote another number for its opcode.
        after: offset of the next instruction.
    """

    name: str
    arg: int
    offset: int
    after: int
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation of the small set.

    Attributes:
        op: its name.
        arg: name, constant, count; index of an instruction for jumps.
        text: the original instruction as ``dis`` shows it.
        opcode: name of the original instruction.
    """

    op: str
    arg: Any
    text: str
    opcode: str


def number(version: str) -> tuple[int, int]:
    """``(3, 10)`` of ``"3.10"``."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def decode(code: Code, version: str) -> tuple[Instruction, ...]:
    """The operations of a code object, read as one version's bytecode.

    Raises:
        Refused: the stream is not one that a compiler of this version writes.
    """
    raw = list(_raw(code, version))
    if not raw or not raw[-1].name.startswith(("RETURN", "JUMP", "RAISE", "RERAISE", "STOP")):
        raise Refused(f"the instructions do not end like those of Python {version}")
    _check_lines(code, version)
    _check_blocks(raw, version)
    made: list[Instruction] = []
    first: dict[int, int] = {}
    for instruction in raw:
        first[instruction.offset] = len(made)
        text = f"{instruction.name} {operand_text(code, instruction.name, instruction.arg, number(version))}".strip()
        pieces = operations(code, instruction.name, instruction.arg, instruction.after, number(version))
        made += [Instruction(op, arg, text, instruction.name) for op, arg in pieces]
    return tuple(_linked(instruction, first, version) for instruction in made)


def _raw(code: Code, version: str) -> Iterator[Raw]:
    names, caches = OPCODES[version], CACHES.get(version, {})
    wordcode = number(version) >= (3, 6)
    data, at, begin, extended = code.code, 0, 0, 0
    count = 0
    while at < len(data):
        count += 1
        if count > MAX_INSTRUCTIONS:
            raise Refused(f"more than {MAX_INSTRUCTIONS:,} instructions")
        opcode = data[at]
        replaced = opcode == _SLASH and opcode not in names
        if replaced:
            opcode = _BACKSLASH
        name = names.get(opcode)
        if name is None or name == "CACHE":
            raise Refused(f"opcode {opcode} does not exist in Python {version}")
        size = 2 if wordcode else 3 if opcode >= _HAVE_ARGUMENT else 1
        if at + size > len(data):
            raise Refused("the last instruction is truncated")
        arg = int.from_bytes(data[at + 1 : at + size], "little") | extended
        at += size
        if name == "EXTENDED_ARG":
            extended = arg << (8 if wordcode else 16)
            if extended > _MAX_ARGUMENT:
                raise Refused("an argument is larger than any function needs")
            continue
        for _ in range(caches.get(name, 0)):
            if data[at : at + 1] != b"\0":
                raise Refused(f"{name} is not followed by the cache entries of Python {version}")
            at += 2
        yield Raw(name, arg, begin, at, replaced)
        begin, extended = at, 0


def _check_numbers(code: Code, version: str) -> None:
    """Numbers of a function that Windows wrote: those with a byte ``/`` may have had another one there.

    One instruction that is not of this Python tells it of the function and of all inside it.
    """
    functions = list(functions_in(code))
    if not any(_SLASH in one.code and any(raw.replaced for raw in _raw(one, version)) for one in functions):
        return
    for constant in (constant for one in functions for constant in one.consts):
        if _SLASH in _bytes_of(constant):
            message = f"Keras on Windows replaced bytes of this function: {constant!r} may be another number"
            raise Refused(message)


def _bytes_of(constant: object) -> bytes:
    if isinstance(constant, float):
        return struct.pack("<d", constant)
    if isinstance(constant, int):
        return constant.to_bytes(constant.bit_length() // 8 + 1, "little", signed=True)
    if isinstance(constant, tuple):
        return b"".join(map(_bytes_of, constant))
    return b""


def _check_lines(code: Code, version: str) -> None:
    """Python 3.10 has another table of lines than 3.8 and 3.9: its entries cover the code to the end.

    The older table names the first instruction of each line, so that its steps never reach the end
    (``Objects/lnotab_notes.txt``).
    """
    if code.layout is not Layout.PYTHON_38:
        return
    covered = sum(code.lines[::2])
    if (version == "3.10") != (covered == len(code.code)):
        raise Refused(f"the line table does not have the format of Python {version}")


def _check_blocks(raw: list[Raw], version: str) -> None:
    """What ends a ``try`` or ``with`` block stands in a function that begins one.

    Python 3.9 gave the numbers of three such opcodes of 3.8 to others, which every function may have.
    """
    names = {instruction.name for instruction in raw}
    begins = {"SETUP_FINALLY", "SETUP_EXCEPT", "SETUP_WITH", "SETUP_ASYNC_WITH"}
    ends = {
        "CALL_FINALLY",
        "POP_FINALLY",
        "BEGIN_FINALLY",
        "WITH_CLEANUP_START",
        "WITH_CLEANUP_FINISH",
        "END_FINALLY",
    }
    if names & ends and not names & begins:
        raise Refused(f"ends a block that no instruction of Python {version} starts")


def _linked(instruction: Instruction, first: Mapping[int, int], version: str) -> Instruction:
    jump = instruction.arg
    if not isinstance(jump, Jump):
        return instruction
    index = first.get(jump.offset)
    if index is None:
        raise Refused(f"a jump of Python {version} has no target instruction")
    return replace(instruction, arg=(index + jump.skip, jump.value))


def functions_in(code: Code) -> Iterator[Code]:
    """A code object and all that are among its constants."""
    pending = [code]
    while pending:
        current = pending.pop()
        yield current
        pending += [constant for constant in current.consts if isinstance(constant, Code)]


def readings(code: Code) -> tuple[str, ...]:
    """Versions as whose bytecode a function and all inside it can be decoded.

    Raises:
        Refused: there is none; the reason is that of the last version tried.
    """
    found: list[str] = []
    reason = ""
    for version in VERSIONS[code.layout]:
        try:
            for function in functions_in(code):
                decode(function, version)
            _check_numbers(code, version)
        except Refused as refusal:
            reason = refusal.reason
            continue
        found.append(version)
    if not found:
        raise Refused(reason)
    return tuple(found)
