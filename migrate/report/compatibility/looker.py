"""The process that opens artifacts: a hostile file may kill its parser, and this process with it, but not the report.

Run as ``python -m migrate.report.compatibility.looker``. It takes one JSON question a line from standard input and
gives one JSON answer a line on standard output. No pickles: what comes back from a process that has read a hostile file
is data.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE = 60.0
"""Seconds after which a file that is still being read counts as one that cannot be."""


class Question(msgspec.Struct, frozen=True):
    """``what`` is ``identify`` or ``inspect``."""

    what: str
    paths: list[str]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found, or why nothing was."""

    found: msgspec.Raw = msgspec.Raw(b"null")
    code: str = ""
    reason: str = ""


class Looker:
    """The parent's side: one process, replaced when it dies or takes too long."""

    def __init__(
        self, command: Sequence[str] = (sys.executable, "-m", "migrate.report.compatibility.looker")
    ) -> None:
        self._command = list(command)
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Looker:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stop()

    def ask(self, what: str, paths: Sequence[Path]) -> Iterator[Answer]:
        """An answer for each path, in order. When a question about many ends badly, they are asked one by one."""
        answers = self._ask(what, paths)
        if isinstance(answers, list):
            yield from answers
        elif len(paths) == 1:
            yield Answer(code="REP002", reason=answers)
        else:
            for path in paths:
                yield from self.ask(what, [path])

    def _ask(self, what: str, paths: Sequence[Path]) -> list[Answer] | str:
        """The answers, or in words why there are none."""
        if self._child is None:
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(
                msgspec.json.encode(Question(what, [str(path) for path in paths])) + b"\n"
            )
            self._child.stdin.flush()
        except BrokenPipeError:
            return self._lost("reading it ends the process that reads it")
        line = self._line()
        if line is None:
            return self._lost(f"reading it takes more than {PATIENCE:g} s")
        if not line.endswith(b"\n"):
            return self._lost("reading it ends the process that reads it")
        return msgspec.json.decode(line, type=list[Answer])

    def _line(self) -> bytes | None:
        """The next line; without its end when the process is gone, None when it takes too long."""
        assert self._child is not None
        assert self._child.stdout is not None
        stream = self._child.stdout.fileno()
        parts: list[bytes] = []
        while not parts or not parts[-1].endswith(b"\n"):
            if not select.select([stream], [], [], PATIENCE)[0]:
                return None
            part = os.read(stream, 1 << 16)
            if not part:
                break
            parts.append(part)
        return b"".join(parts)

    def _lost(self, reason: str) -> str:
        self._stop()
        return reason

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def main() -> None:
    """The child's side: answer until the input ends."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not pass for an answer
    for line in sys.stdin.buffer:
        question = msgspec.json.decode(line, type=Question)
        out.write(
            msgspec.json.encode([_answer(question.what, Path(path)) for path in question.paths]) + b"\n"
        )
        out.flush()


def _answer(what: str, path: Path) -> Answer:
    try:
        return Answer(found=msgspec.Raw(msgspec.json.encode(_LOOKS[what](path), enc_hook=_plain)))
    except MigrationError as error:
        return Answer(code=error.code, reason=error.message)
    except Exception as error:  # noqa: BLE001 - trouble with one file is told of that file and ends nothing
        return Answer(code="REP002", reason=f"{type(error).__name__}: {error}")


def _identify(path: Path) -> Any:
    from migrate.formats.identify import identify

    return identify(path)


def _inspect(path: Path) -> Any:
    from migrate.inspection import inspect

    return inspect(path)


def _plain(value: Any) -> Any:
    """What JSON has no form for: numpy scalars in a configuration become numbers, the rest text."""
    return value.item() if hasattr(value, "item") else str(value)


_LOOKS: dict[str, Callable[[Path], Any]] = {"identify": _identify, "inspect": _inspect}

if __name__ == "__main__":
    main()
