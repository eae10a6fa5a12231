"""Reads what a pickle would import, without unpickling it: the stack machine is simulated, nothing is called.

Deny-lists of pickle globals leak (picklescan needed a dozen advisories in a year), so only names that build
plain data are accepted; another package's class is a warning, all else an error.
"""

from __future__ import annotations

import base64
import io
import pickletools
import struct
import sys
from typing import TYPE_CHECKING, Any

from migrate.findings import Severity
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding

_PROTOCOLS = frozenset(bytes([number]) for number in range(6))
_BEGINNINGS = frozenset([b"\x80", b"(", b"]", b"}", b")", b"I", b"K", b"N"])
"""How a plain value starts in protocol 0 or 1: another pickle in the same file."""
_USES = frozenset(["REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD", "STOP"])
"""Operations that call what was imported, or return it."""
MAX_BYTES = 256 << 20
MAX_STEPS = 20_000_000
_SHORTEST_NESTED = 8

_BUILTIN_DATA = [
    "set",
    "frozenset",
    "list",
    "dict",
    "tuple",
    "int",
    "float",
    "bool",
    "str",
    "bytes",
    "bytearray",
    "complex",
    "slice",
    "range",
    "object",
]
_NUMPY = {"_reconstruct", "scalar", "ndarray", "dtype", "_frombuffer", "matrix", "generic"}
_PLAIN: dict[str, frozenset[str]] = {
    "builtins": frozenset(_BUILTIN_DATA),
    "__builtin__": frozenset([*_BUILTIN_DATA, "unicode", "long", "xrange"]),
    "collections": frozenset({"OrderedDict", "defaultdict", "deque", "Counter"}),
    "datetime": frozenset({"datetime", "date", "time", "timedelta", "timezone"}),
    "_codecs": frozenset({"encode"}),
    "copyreg": frozenset({"_reconstructor"}),
    "copy_reg": frozenset({"_reconstructor"}),
    "numpy": frozenset(
        [
            *_NUMPY,
            *[
                "float16",
                "float32",
                "float64",
                "int8",
                "int16",
                "int32",
                "int64",
                "uint8",
                "uint16",
                "uint32",
                "uint64",
                "bool_",
                "str_",
            ],
        ]
    ),
    "numpy.core.multiarray": frozenset(_NUMPY),
    "numpy._core.multiarray": frozenset(_NUMPY),
    "numpy.core.numeric": frozenset({"_frombuffer"}),
    "numpy._core.numeric": frozenset({"_frombuffer"}),
}
_BETWEEN = {("joblib.numpy_pickle", "NumpyArrayWrapper"): "a joblib array"}
"""Classes whose reader consumes bytes of the stream itself: the position of the next operation is unknown."""
_TEXT_OPCODES = frozenset(
    ["STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"]
)


def looks_like_pickle(head: bytes, *, whole: bool = True) -> bool | None:
    """Whether bytes are a pickle that imports something and uses it, or that declares itself a pickle.

    From protocol 2 on, a pickle starts with its protocol number; before, or if it is left out, with any operation.
    It is therefore simulated: text and numbers soon reach an operation that does not exist, or that lacks operands.

    Args:
        head: the first bytes.
        whole: whether these are all bytes.

    Returns:
        None if more bytes are needed to decide.
    """
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        return True
    imported = False
    stack: list[Any] = []
    try:
        for opcode, argument, _ in pickletools.genops(head):
            if not _fits(stack, opcode) or (
                opcode.name in ("GLOBAL", "INST") and not _is_name(str(argument))
            ):
                return False
            _apply(stack, opcode)
            imported |= opcode.name in ("GLOBAL", "INST", "STACK_GLOBAL") or opcode.name.startswith("EXT")
            if imported and opcode.name in _USES:
                return True
    except ValueError as error:
        cut_short = "exhausted" in str(error) or "remain" in str(error) or "newline" in str(error)
        return None if cut_short and not whole else False
    except (struct.error, EOFError, IndexError, OverflowError, MemoryError):
        return False
    return False


def _fits(stack: list[Any], opcode: pickletools.OpcodeInfo) -> bool:
    """Whether an operation finds its operands on the stack; words that spell operations rarely leave them there."""
    wanted = opcode.stack_before
    if pickletools.markobject in wanted:
        if pickletools.markobject not in stack:
            return False
        wanted = wanted[: wanted.index(pickletools.markobject)]
        stack = stack[: len(stack) - 1 - stack[::-1].index(pickletools.markobject)]
    return len(stack) >= len(wanted)


def _is_name(argument: str) -> bool:
    """``module name`` of a GLOBAL: two paths of identifiers."""
    parts = argument.split(" ")
    return len(parts) == 2 and all(word.isidentifier() for part in parts for word in part.split("."))


def scan_pickle(data: bytes, place: str) -> Iterator[Finding]:
    """Findings of a pickle stream, and of the pickles that follow it in the same bytes.

    Every import is judged whether or not the stream would call it.
    """
    stream = io.BytesIO(data)
    reported: set[str] = set()
    while (start := stream.tell()) < len(data):
        if start and not looks_like_pickle(data[start:]) and data[start : start + 1] not in _BEGINNINGS:
            yield found("SEC014", f"{len(data) - start:,} bytes follow the pickle", place)
            return
        nested: list[bytes] = []
        try:
            for module, name in _imports(stream, nested):
                key = f"{module}.{name}"
                if key not in reported:
                    reported.add(key)
                    yield from _judge(module, name, place)
        except (
            ValueError,
            struct.error,
            EOFError,
            IndexError,
            UnicodeError,
            OverflowError,
            MemoryError,
        ) as error:
            yield found("SEC014", f"the pickle cannot be followed to its end: {error}", place)
            return
        for inner in nested:
            yield from _judge_nested(inner, place)


def _judge_nested(data: bytes, place: str) -> Iterator[Finding]:
    """A pickle stored as data in another one: nothing runs until it is unpickled as well."""
    for finding in scan_pickle(data, place):
        if finding.severity is Severity.ERROR:
            yield found("SEC008", f"contains a pickle as data: {finding.message}", place, Severity.WARNING)


def _judge(module: str | None, name: str | None, place: str) -> Iterator[Finding]:
    if module is None or name is None:
        yield found("SEC008", "a pickle imports a name that it computes", place)
    elif name in _PLAIN.get(module, ()):
        return
    elif (module, name) in _BETWEEN:
        yield found("SEC014", f"{_BETWEEN[module, name]} stands between the operations", place)
    else:
        root = module.partition(".")[0]
        data_class = name.rpartition(".")[2][:1].isupper() and root not in sys.stdlib_module_names
        foreign = data_class and root not in (
            "__builtin__",
            "nt",
            "posix",
            "torch",
            "numpy",
            "pip",
            "setuptools",
        )
        severity = Severity.WARNING if foreign else Severity.ERROR
        yield found("SEC008", f"a pickle imports {module[:80]}.{name[:80]}", place, severity)


_Import = tuple["str | None", "str | None"]


def _imports(stream: io.BytesIO, nested: list[bytes]) -> Iterator[_Import]:
    """Module and name of each import in one pickle; None for a part that is not plain text on the stack.

    Pickles stored in it as data, also as base64 or hexadecimal digits, are appended to ``nested``.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for steps, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if steps > MAX_STEPS:
            raise ValueError("more steps than any model's data needs")
        name = opcode.name
        if isinstance(argument, str | bytes) and len(argument) >= _SHORTEST_NESTED:
            nested += _pickles_in(argument)
        if name in ("GLOBAL", "INST"):
            module, _, attribute = str(argument).partition(" ")
            yield module, attribute
        elif name == "STACK_GLOBAL":
            yield _text(stack[-2:-1]), _text(stack[-1:])
        elif name.startswith("EXT"):
            yield "copyreg", f"extension {argument}"
        top = stack[-1] if stack else None
        if name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[int(str(argument))] = top
        elif name == "MEMOIZE":
            memo[len(memo)] = top
        elif name == "DUP":
            stack.append(top)
        else:
            _apply(stack, opcode)
            if name in _TEXT_OPCODES:
                stack[-1] = argument
            elif name in ("GET", "BINGET", "LONG_BINGET"):
                stack[-1] = memo.get(int(str(argument)))


def _pickles_in(value: str | bytes) -> Iterator[bytes]:
    raw = value.encode("latin-1", "replace") if isinstance(value, str) else value
    if raw[:2] in (b"gA", b"80"):  # how protocol 2 and later starts in base64, and in hexadecimal digits
        try:
            raw = base64.b64decode(raw) if raw[:2] == b"gA" else bytes.fromhex(raw.decode("ascii"))
        except ValueError:
            return
    if looks_like_pickle(raw):
        yield raw


def _text(values: list[Any]) -> str | None:
    return values[0] if values and isinstance(values[0], str) else None


def _apply(stack: list[Any], opcode: pickletools.OpcodeInfo) -> None:
    """Move the stack as the opcode's description says; pushed values are unknown unless set afterwards."""
    before, after = opcode.stack_before, opcode.stack_after
    if pickletools.markobject in before or (
        opcode.name == "POP" and stack and stack[-1] is pickletools.markobject
    ):
        while stack and stack.pop() is not pickletools.markobject:
            continue
        before = before[: before.index(pickletools.markobject)] if pickletools.markobject in before else []
    if before:
        del stack[max(0, len(stack) - len(before)) :]
    stack += [pickletools.markobject if item is pickletools.markobject else None for item in after]
