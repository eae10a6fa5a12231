"""One warm worker: a subprocess of a world, called through its pipes, killed when it breaks a limit.

A worker imports its framework once (some seconds) and then serves many calls. Every way in which it can end
is one exception: `WorldError` (the call raised; the worker lives), `WorkerDied`, `WorkerTimeout`,
`WorkerMemory`, `WorkerScratch` and `ProtocolError` (the worker is gone), and `WorkerStarved` where that is the
machine's doing and not the file's. After any but the first the next call starts a fresh process, so that the owner of a
worker need not care.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from migrate.findings import MigrationError
from migrate.worlds.contracts.call import Answer, Call, answer_of, from_message, method_of, to_message
from migrate.worlds.host.ends import (
    WorkerDied,
    WorkerMemory,
    WorkerScratch,
    WorkerStarved,
    WorkerTimeout,
    WorldError,
)
from migrate.worlds.host.environment import Limits, World, environment
from migrate.worlds.host.process import Forked, Process, Started
from migrate.worlds.host.protocol import (
    Failure,
    Framer,
    Hello,
    ProtocolError,
    Reply,
    Request,
    Result,
    decode,
    encode,
)
from migrate.worlds.host.room import killed_for_memory, starved_answer, starved_end, starved_wait
from migrate.worlds.host.usage import resident_bytes, scratch_excess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from migrate.worlds.host.protocol import RemoteError

_log = logging.getLogger(__name__)

SERVE = Path(__file__).resolve().parents[1] / "guest" / "serve.py"
TAIL_BYTES = 16 << 10
WATCH_SECONDS = 0.1
HEARD_SECONDS = 5.0
"""To hear a worker that became ready while nobody listened."""
SCRATCH_SECONDS = 1.0
"""Between two looks at what a worker has written; each takes as long as it has files."""
ARGUMENT_CHARACTERS = 64 << 10
"""Of JSON, which is ASCII, in one argument: Linux takes 128 KiB (execve(2)), and sources may lie in many folders."""
END_SECONDS = 5.0
"""How long a killed process may take to be gone."""

Broken = TypeVar("Broken", bound=MigrationError)


class Worker:
    """A process of one world; a context manager. Not thread-safe: one caller at a time.

    Args:
        world: which frameworks it holds.
        scratch: its own folder, the only one that it may write; made if missing.
        limits: what it may use.
        handlers: a Python file, or the name of a module, with ``HANDLERS`` in place of the world's own.
        policy: what ``sandbox.policy`` gave; empty runs without a sandbox.
        python: the interpreter, when it is not this one.
        extra: environment variables beside the world's own, such as ``KERAS_BACKEND``.
        forkserver: the socket of one that forks this world's processes; None starts an interpreter.
    """

    def __init__(
        self,
        world: World,
        scratch: Path,
        limits: Limits | None = None,
        *,
        handlers: Path | str | None = None,
        policy: Mapping[str, Any] | None = None,
        python: Path | None = None,
        extra: Mapping[str, str] | None = None,
        forkserver: Path | None = None,
    ) -> None:
        self.world = world
        self.scratch = scratch.resolve()
        self.limits = limits or Limits()
        self.hello: Hello | None = None
        self.calls = 0
        self.starts = 0
        self.peak_bytes = 0
        self._handlers = handlers
        self._policy = dict(policy or {})
        self._python = python or Path(sys.executable)
        self._extra = dict(extra or {})
        self._forkserver = forkserver
        self._process: Process | None = None
        self._framer = Framer()
        self._replies: list[bytes] = []
        self._log = bytearray()
        self._deadline_of_start = 0.0
        self._killed_for_memory = 0
        self.starved: WorkerStarved | None = None
        """That the machine granted it too little since `forgive`, whoever caught the exception."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether a process is there and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The number of its process, None before there is one."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """The end of what the process printed."""
        return bytes(self._log).decode(errors="replace")

    @property
    def needs_recycling(self) -> bool:
        """Whether it should be replaced before the next artifact."""
        return self.alive and (
            self.calls >= self.limits.recycle_calls or self.resident() >= self.limits.recycle_bytes
        )

    def resident(self) -> int:
        """Bytes of memory that the process holds now; 0 when it is gone."""
        used = resident_bytes(self.pid) if self.pid is not None else 0
        self.peak_bytes = max(self.peak_bytes, used)
        return used

    def start(self) -> None:
        """Start the process and return at once; the first call waits until it is ready."""
        if self.alive:
            return
        self.scratch.mkdir(parents=True, exist_ok=True)
        arguments = [str(self.world), "--scratch", str(self.scratch)]
        if self._handlers is not None:
            handlers = self._handlers
            arguments += ["--handlers", str(handlers.resolve()) if isinstance(handlers, Path) else handlers]
        if self._policy:
            rules = json.dumps(self._policy)
            arguments += [
                f"--policy={rules[at : at + ARGUMENT_CHARACTERS]}"
                for at in range(0, len(rules), ARGUMENT_CHARACTERS)
            ]
        self._framer, self._replies, self._log = Framer(), [], bytearray()
        self.hello, self.calls = None, 0
        self.starts += 1
        self._process = self._begin(arguments)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            os.set_blocking(stream.fileno(), False)
        self._deadline_of_start = time.monotonic() + self.limits.start_seconds
        _log.info("%s worker started", self.world)  # one that is forked tells its number later

    def _begin(self, arguments: list[str]) -> Process:
        variables = environment(self.world, self.scratch, self.limits.threads) | self._extra
        if self._forkserver is not None:
            with contextlib.suppress(OSError):  # it has ended: what it saved was time
                return Forked(self._forkserver, arguments, self.scratch, variables)
        command = [str(self._python), "-P", "-s", "-B", str(SERVE), *arguments]
        return Started(command, self.scratch, variables)

    def ready(self) -> Hello:
        """Wait until the world is imported.

        Raises:
            WorldError: when its imports failed.
            WorkerDied, WorkerTimeout, ProtocolError: when it never got there.
        """
        self.start()
        if self.hello is None:
            # One that was started ahead may have been ready long before anybody asked.
            deadline = max(self._deadline_of_start, time.monotonic() + HEARD_SECONDS)
            reply = self._receive("start", deadline, self.limits.start_seconds)
            if not isinstance(reply, Hello):
                raise self._give_up(ProtocolError(f"the {self.world} worker did not start with a hello"))
            if reply.error is not None:
                told = f"{reply.error.traceback}\n{reply.error.message}"
                starved = starved_answer(self.world, told, self.limits, starting=True)
                raise self._give_up(starved or WorldError(self.world, reply.error))
            self.hello = reply
        return self.hello

    def call(self, method: str, params: Mapping[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Run one handler and return its result.

        Args:
            method: a name in the world's ``HANDLERS``.
            params: JSON values; paths as strings.
            timeout: seconds of wall clock; the limits' ``call_seconds`` unless given.

        Raises:
            WorldError: the handler raised. The worker lives.
            WorkerDied, WorkerTimeout, WorkerMemory, WorkerScratch, ProtocolError: the worker is gone.
            WorkerStarved: the same, and it says nothing of the file.
        """
        self.ready()
        seconds = self.limits.call_seconds if timeout is None else timeout
        self.calls += 1
        deadline = time.monotonic() + seconds
        message = encode(Request(self.calls, method, dict(params), seconds))
        _log.debug("%s worker %s: %s", self.world, self.pid, method)
        reply = self._receive(method, deadline, seconds, message)
        if isinstance(reply, Hello) or reply.id != self.calls:
            raise self._give_up(ProtocolError(f"the {self.world} worker answered another call"))
        if isinstance(reply, Failure):
            raise self._starved_by(reply.error) or WorldError(self.world, reply.error)
        assert isinstance(reply, Result)
        return reply.result

    def ask(self, call: Call[Answer], timeout: float | None = None) -> Answer:
        """Make a call of the world's contract, and check what it answers.

        Raises:
            WorldError: the handler raised. The worker lives.
            WorkerDied, WorkerTimeout, WorkerMemory: the worker is gone.
            ProtocolError: the same, or the answer is not one that this project's handler gives.
        """
        method = method_of(type(call))
        try:
            return from_message(self.call(method, to_message(call), timeout), answer_of(type(call)))
        except msgspec.ValidationError as error:
            raise self._give_up(
                ProtocolError(f"the answer of the {self.world} worker to {method!r} cannot be read: {error}")
            ) from error

    def close(self) -> None:
        """End the process and free its pipes; harmless when there is none."""
        process = self._process
        if process is None:
            return
        process.kill()  # it holds nothing that a slower end would save
        process.wait(END_SECONDS)
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
        self._process, self.hello = None, None

    def forgive(self) -> None:
        """Forget that it starved: the next artifact begins."""
        self.starved = None

    def _starved_by(self, error: RemoteError) -> WorkerStarved | None:
        """Why what a handler raised does not count, its worker ended; a worker below tells its own end."""
        if error.code.startswith("RUN") and error.code != "RUN005":
            return None
        told = f"{error.traceback}\n{error.kind}: {error.message}"
        starved = starved_answer(self.world, told, self.limits)
        return self._give_up(starved) if starved is not None else None

    def _give_up(self, error: Broken) -> Broken:
        """End the process and hand the error back for raising."""
        if isinstance(error, WorkerStarved):
            self.starved = error
        _log.warning("%s worker %s: %s", self.world, self.pid, error)
        self.close()
        return error

    def _receive(self, method: str, deadline: float, seconds: float, message: bytes = b"") -> Reply:
        """Send what is to be sent, and wait for the next message, watching time and memory."""
        process = self._process
        assert process is not None
        unsent = memoryview(message)
        self._killed_for_memory = killed_for_memory()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            if unsent:
                selector.register(process.stdin, selectors.EVENT_WRITE)
            watched = walked = time.monotonic()
            while not self._replies:
                now = time.monotonic()
                if now >= deadline:
                    starved = starved_wait(
                        self.world, method, seconds, self.limits, starting=self.hello is None
                    )
                    raise self._give_up(starved or WorkerTimeout(self.world, method, seconds))
                if now - watched >= WATCH_SECONDS:
                    watched = now
                    used = self.resident()
                    if used > self.limits.memory_bytes:
                        raise self._give_up(WorkerMemory(self.world, used, self.limits.memory_bytes))
                if now - walked >= SCRATCH_SECONDS:
                    if held := scratch_excess(self.scratch, self.limits):
                        raise self._give_up(WorkerScratch(self.world, held))
                    walked = time.monotonic()
                for key, _ in selector.select(min(WATCH_SECONDS, deadline - now)):
                    if key.fileobj is process.stdin:
                        unsent = self._send(process.stdin.fileno(), unsent)
                        if not unsent:
                            selector.unregister(process.stdin)
                        continue
                    data = os.read(key.fd, 1 << 16)
                    if not data:
                        selector.unregister(key.fileobj)
                    if key.fileobj is process.stderr:
                        self._log += data
                        del self._log[:-TAIL_BYTES]
                    elif data:
                        self._take(data)
                    else:
                        raise self._collect_exit(process)
        try:
            return decode(self._replies.pop(0))
        except ProtocolError as error:
            raise self._give_up(error) from error

    @staticmethod
    def _send(descriptor: int, unsent: memoryview) -> memoryview:
        """Write what the pipe takes now; a closed pipe shows as the end of the output, reported there."""
        try:
            return unsent[os.write(descriptor, unsent[: 1 << 16]) :]
        except BrokenPipeError:
            return unsent[len(unsent) :]

    def _take(self, data: bytes) -> None:
        try:
            self._replies += self._framer.feed(data)
        except ProtocolError as error:
            raise self._give_up(error) from error

    def _collect_exit(self, process: Process) -> WorkerDied | WorkerStarved:
        """Read the last words and the status of a process whose output ended."""
        status = process.wait(END_SECONDS)
        with contextlib.suppress(BlockingIOError):
            while data := os.read(process.stderr.fileno(), 1 << 16):
                self._log += data
        del self._log[:-TAIL_BYTES]
        if status is None:  # it closed its output and lives on
            process.kill()
            status = process.wait(END_SECONDS)
            return self._give_up(
                WorkerDied(self.world, -signal.SIGKILL if status is None else status, self.log)
            )
        starved = starved_end(self.world, status, self.log, self.limits, self._killed_for_memory)
        return self._give_up(starved or WorkerDied(self.world, status, self.log))
