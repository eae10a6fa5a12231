"""Reads what a pickle would import, without unpickling it: the stack machine is followed, nothing is called.

Deny-lists of pickle globals leak (picklescan needed a dozen advisories in a year), so only names that build
plain data are accepted; another package's class is a warning, all else an error.
"""

from __future__ import annotations

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

PICKLE_MAGIC = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
NUMPY_MAGIC = b"\x93NUMPY"
MAX_BYTES = 256 << 20
MAX_STEPS = 20_000_000

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
    "joblib.numpy_pickle": frozenset({"NumpyArrayWrapper"}),
}
_TEXT_OPCODES = frozenset(
    ["STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"]
)


def scan_pickle(data: bytes, place: str) -> Iterator[Finding]:
    """Findings of a pickle stream, and of what follows it in the same bytes.

    Every import is judged whether or not the stream would call it.
    """
    stream = io.BytesIO(data)
    told: set[str] = set()
    first = True
    while stream.tell() < len(data):
        start = stream.tell()
        if not first and not data[start : start + 2].startswith(PICKLE_MAGIC):
            return  # a joblib file: arrays follow as raw bytes
        first = False
        try:
            for module, name in _imports(stream):
                key = f"{module}.{name}"
                if key not in told:
                    told.add(key)
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


def scan_numpy(data: bytes, place: str) -> Iterator[Finding]:
    """Findings of an ``.npy`` file: an array of objects is a pickle behind a header."""
    size = 2 if data[6:7] == b"\x01" else 4
    start = 8 + size
    length = int.from_bytes(data[8:start], "little")
    header = data[start : start + min(length, 1 << 20)]
    if b"O" in header.partition(b"shape")[0].partition(b"descr")[2]:
        yield from scan_pickle(data[start + length :], place)


def _judge(module: str | None, name: str | None, place: str) -> Iterator[Finding]:
    if module is None or name is None:
        yield found("SEC008", "a pickle imports a name that it computes", place)
    elif name in _PLAIN.get(module, ()):
        return
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


def _imports(stream: io.BytesIO) -> Iterator[_Import]:
    """Module and name of each import in one pickle; None for a part that is not plain text on the stack."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    for steps, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if steps > MAX_STEPS:
            raise ValueError("more steps than any model's data needs")
        name = opcode.name
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


def _text(values: list[Any]) -> str | None:
    return values[0] if values and isinstance(values[0], str) else None


def _apply(stack: list[Any], opcode: pickletools.OpcodeInfo) -> None:
    """Move the stack as the opcode's description says; what is pushed is unknown unless set afterwards."""
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
