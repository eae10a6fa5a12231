"""The process behind a worker: started afresh, or forked by a fork server that has imported the frameworks."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MESSAGE_BYTES = 4096


class Process(Protocol):
    """What a worker needs of its process."""

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO

    @property
    def pid(self) -> int | None:
        """Its number; None before it is known."""

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""

    def wait(self, seconds: float) -> int | None:
        """As `poll`, after waiting up to ``seconds``."""

    def kill(self) -> None:
        """Kill it with all that it started; harmless when it has ended."""


class Started:
    """A new interpreter."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,  # Ctrl-C reaches the parent alone, and a kill reaches the whole group
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.stdin: BinaryIO = self._process.stdin  # type: ignore[assignment]  # pipes of bytes
        self.stdout: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self.stderr: BinaryIO = self._process.stderr  # type: ignore[assignment]

    @property
    def pid(self) -> int:
        """See `Process.pid`."""
        return self._process.pid

    def poll(self) -> int | None:
        """See `Process.poll`."""
        return self._process.poll()

    def wait(self, seconds: float) -> int | None:
        """See `Process.wait`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode

    def kill(self) -> None:
        """See `Process.kill`."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


_PID_SECONDS = 5.0
"""That the number of a child is waited for."""


class Forked:
    """A child of a forkserver, which reports its number and its end over a connection.

    Args:
        forkserver: the socket that it listens at.
        arguments: of ``serve.py``.
        folder: the child's working directory.
        environment: all of the child's variables.

    Raises:
        OSError: no fork server listens there.
    """

    def __init__(
        self, forkserver: Path, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._pid: int | None = None
        self._status: int | None = None
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._connection.connect(str(forkserver))
            request = {"argv": list(arguments), "cwd": str(folder), "env": dict(environment)}
            pipes = [os.pipe() for _ in range(3)]
        except OSError:
            self._connection.close()
            raise
        (child_in, stdin), (stdout, child_out), (stderr, child_err) = pipes
        self.stdin: BinaryIO = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: BinaryIO = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: BinaryIO = os.fdopen(stderr, "rb", buffering=0)
        theirs = [child_in, child_out, child_err]
        socket.send_fds(self._connection, [json.dumps(request).encode()], theirs)
        for descriptor in theirs:
            os.close(descriptor)

    @property
    def pid(self) -> int | None:
        """See `Process.pid`; the fork server says it right after it has forked, and may do so after the child spoke."""
        self._listen(0 if self._pid is not None else _PID_SECONDS)
        return self._pid

    def poll(self) -> int | None:
        """See `Process.poll`."""
        self._listen(0)
        return self._status

    def wait(self, seconds: float) -> int | None:
        """See `Process.wait`."""
        deadline = time.monotonic() + seconds
        while self._status is None and (left := deadline - time.monotonic()) > 0:
            self._listen(left)
        return self._status

    def kill(self) -> None:
        """See `Process.kill`; done by the forkserver, which knows whether the number is still the child's."""
        if self._status is None:
            with contextlib.suppress(OSError):
                self._connection.send(b"kill")

    def _listen(self, seconds: float) -> None:
        """Take what the fork server has said, waiting up to ``seconds`` for the next message."""
        while self._status is None:
            ready, _, _ = select.select([self._connection], [], [], seconds)
            if not ready:
                return
            seconds = 0
            try:
                body = self._connection.recv(MESSAGE_BYTES)
            except OSError:
                body = b""
            if not body:  # the fork server is gone, and with it who could tell the status
                self._orphaned()
                return
            message: dict[str, int] = json.loads(body)
            self._pid = message.get("pid", self._pid)
            self._status = message.get("status")
        self._connection.close()

    def _orphaned(self) -> None:
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
        self._status = -signal.SIGKILL
        self._connection.close()
