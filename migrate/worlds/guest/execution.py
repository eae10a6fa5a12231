"""Which places of a file were executed: the evidence of a proof that its code ran at all.

Python's trace hook reports every instruction of the frames of one file; instructions are told by their place in the
source (line and column), so that one arm of a conditional expression that was never taken counts as not run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import TypeAlias

Trace: TypeAlias = Callable[[FrameType, str, object], "Trace | None"]
"""A function that ``sys.settrace`` takes, and the one that it gives for a frame."""
Span = tuple[int, int, int, int]
"""Line, last line, column, last column; of lines from 1, of columns from 0."""
_HIDDEN = frozenset(
    {"RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "NOP", "CACHE", "PUSH_NULL"}
)


@dataclass(frozen=True, slots=True)
class Executed:
    """What ran of some lines.

    Attributes:
        run, all: places executed, and places that there are.
        missed: lines that hold a place which did not run.
    """

    run: int
    all: int
    missed: tuple[int, ...]


class Execution:
    """A context manager that records the places of a file which run inside it; it may be entered repeatedly.

    Args:
        file: name of the file as its code objects have it.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._seen: set[tuple[CodeType, int]] = set()
        self._codes: set[CodeType] = set()
        self._before = sys.gettrace()

    def __enter__(self) -> Execution:
        self._before = sys.gettrace()
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def _enter_frame(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        if frame.f_code.co_filename != self._file:
            return None
        frame.f_trace_opcodes = True
        self._codes.add(frame.f_code)
        self._seen.add((frame.f_code, frame.f_lasti))
        return self._step

    def _step(self, frame: FrameType, event: str, argument: object) -> Trace | None:
        self._seen.add((frame.f_code, frame.f_lasti))
        return self._step

    def of(self, module: CodeType, first: int, last: int) -> Executed:
        """What ran of the functions defined between two lines.

        Args:
            module: the compiled file.
            first: line of the definition.
            last: its last line.
        """
        functions = [
            code
            for code in _functions(module)
            if first <= code.co_firstlineno <= last and not code.co_name.startswith("<module")
        ]
        every: set[Span] = set()
        for code in functions:
            every |= set(_places(code).values())
        run = {
            place
            for code, offset in self._seen
            if (place := _places(code).get(offset)) is not None and place in every
        }
        missed = sorted({place[0] for place in every - run})
        return Executed(len(run), len(every), tuple(missed))


def _functions(code: CodeType) -> Iterator[CodeType]:
    """Function bodies of a code object, at any depth; class bodies run when the module is imported."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & 0x2:  # CO_NEWLOCALS | CO_OPTIMIZED: a function, not a class body
                yield constant
            yield from _functions(constant)


_CACHE: dict[CodeType, dict[int, Span]] = {}


def _places(code: CodeType) -> dict[int, Span]:
    """Offset → place of the instructions that stand for something written."""
    if code not in _CACHE:
        import dis

        _CACHE[code] = {
            item.offset: (p.lineno, p.end_lineno or p.lineno, p.col_offset or 0, p.end_col_offset or 0)
            for item in dis.get_instructions(code)
            if item.opname not in _HIDDEN and (p := item.positions) is not None and p.lineno is not None
        }
    return _CACHE[code]
