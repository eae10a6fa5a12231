"""Lines of the program: who made a layer, who called a function, what a line left in its variables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_WRAPPERS = frozenset(
    {"wrapper", "method_wrapper", "_method_wrapper", "error_handler", "__call__", "__new__", "decorator"}
)
"""Functions of the frameworks that stand between a constructor and whoever calls it."""
_HOOKS = str(Path(__file__).resolve().parent)


class Sites:
    """Frames and lines below the program's folder.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = f"{root.resolve()}/"

    def owns(self, file: str) -> bool:
        """Whether a file is of the program."""
        return file.startswith(self._root)

    def here(self, skip: int = 1) -> str:
        """``FILE:LINE`` of the innermost frame of the program; empty when none is at work."""
        frame: FrameType | None = sys._getframe(skip)
        while frame is not None and not self.owns(frame.f_code.co_filename):
            frame = frame.f_back
        return self.of(frame) if frame is not None else ""

    def of(self, frame: FrameType) -> str:
        """``FILE:LINE`` of a frame of the program."""
        return f"{frame.f_code.co_filename[len(self._root) :]}:{frame.f_lineno}"

    def maker(self, made: object, skip: int = 1) -> str:
        """``FILE:LINE`` that constructs an object, seen from its ``__init__``; empty when a framework does."""
        frame: FrameType | None = sys._getframe(skip)
        while frame is not None:
            code = frame.f_code
            own = bool(code.co_varnames) and frame.f_locals.get(code.co_varnames[0]) is made
            between = not self.owns(code.co_filename) and (
                code.co_name in _WRAPPERS or code.co_filename.startswith(_HOOKS)
            )
            if not own and not between:
                return self.of(frame) if self.owns(code.co_filename) else ""
            frame = frame.f_back
        return ""


class Watch:
    """Python's trace hook on frames of the program: what each line leaves in its variables, and what functions return.

    Args:
        sites: which frames.
        told: called with name of function and variable, value, and ``FILE:LINE``.
        asked: whether anything is to be told now.
    """

    def __init__(
        self, sites: Sites, told: Callable[[str, Any, str], None], asked: Callable[[], bool]
    ) -> None:
        self._sites = sites
        self._told = told
        self._asked = asked

    def start(self) -> None:
        """Watch from now on."""
        sys.settrace(self._enter)

    @staticmethod
    def stop() -> None:
        """Watch no longer."""
        sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        if not self._asked() or not self._sites.owns(frame.f_code.co_filename):
            return None
        seen = {name: id(value) for name, value in frame.f_locals.items()}
        line = self._sites.of(frame)
        name = frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal line
            for variable, value in list(frame.f_locals.items()):
                if seen.get(variable) != id(value):
                    seen[variable] = id(value)
                    self._told(f"{name}.{variable}", value, line)
            if event == "return":
                self._told(f"{name} returns", argument, self._sites.of(frame))
            line = self._sites.of(frame)
            return step

        return step
