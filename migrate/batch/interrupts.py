"""Ctrl-C and SIGTERM while a batch runs: the first lets the running artifacts finish, the second ends at once."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from migrate.batch.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from migrate.batch.local import Executor

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Takes the signals while it is entered; in another thread than the main one it leaves them alone.

    Args:
        stopping: set by the first signal.
        log: told of it.
    """

    def __init__(self, stopping: threading.Event, log: Callable[[Event], None]) -> None:
        self.count = 0
        self.executor: Executor | None = None
        self._stopping, self._log = stopping, log
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal itself gave

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self._stopping.set()
        if self.count == 1:
            message = "finishing running artifacts; interrupt again to exit immediately"
            self._log(Event("stop", data={"code": "RUN015", "message": message}))
        elif self.executor is not None:
            self.executor.abort()
