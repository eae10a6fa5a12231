"""Keeps a world from running bytecode out of a file, whatever its frameworks and this project's readers believe.

Every way in goes through ``marshal``, which tells the interpreter's audit hooks (PEP 578) before it decodes anything. A
hook cannot be taken away again, and what it raises ends the call. Python's own imports decode their caches by the same
function, and are let through. Like ``serve.py``, run as a file with the standard library alone.
"""

from __future__ import annotations

import sys

_EVENTS = frozenset({"marshal.loads", "marshal.load"})
_IMPORTERS = ("<frozen importlib._bootstrap_external>", "<frozen zipimport>")


class BytecodeRefusedError(RuntimeError):
    """A framework was about to decode a function out of a file."""


class BytecodeGuard:
    """Refuses until it is told that the file is trusted; one for a process, for its whole life."""

    def __init__(self) -> None:
        self.trusted = False

    def install(self) -> None:
        """Watch this process from now on."""
        sys.addaudithook(self._judge)

    def _judge(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in _EVENTS or self.trusted:
            return
        if sys._getframe(1).f_code.co_filename in _IMPORTERS:
            return
        raise BytecodeRefusedError(
            "SEC001: the file makes its loader decode Python bytecode, which no world runs without --trust"
        )
