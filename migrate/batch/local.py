"""Runs tasks on this machine: jobs side by side, longest first, within the memory that is free."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from migrate.batch import keys, remote, resources
from migrate.batch.events import Outcome, Task
from migrate.batch.job import PIPELINE, Answer, Settings
from migrate.findings import MigrationError
from migrate.readers.environments import variables_for_making
from migrate.worlds.host.ends import WorkerDied, WorkerStarved, WorldError
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.forkserver import ForkServers
from migrate.worlds.host.scratch import Scratch, shortage, sweep
from migrate.worlds.host.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Begin = Callable[[Task], None]
    End = Callable[[Task, Outcome, float], None]

GRACE_SECONDS = 20.0
"""How much later than its workers a job itself is given up, so that the worker's own reason is told."""
STARTS = 3
"""How often a job is started before the run is given up: before it has an artifact, none is to blame for its end."""
RETRIED = {
    "RUN001": "died",
    "RUN002": "timeout",
    "RUN003": "memory",
    "RUN004": "protocol",
    "RUN021": "disk",
    "RUN022": "room",
    "RUN014": "changed",
    "RUN017": "upload",
    "RUN018": "store",
    "RUN019": "node",
}


class Executor(Protocol):
    """Where tasks run."""

    def run(self, tasks: Sequence[Task], begin: Begin, end: End, stopping: threading.Event) -> None:
        """Run tasks until none is left or ``stopping`` is set; what runs then is finished first.

        ``begin`` and ``end`` are called for each attempt, from any thread; what they raise ends the run.
        """

    def abort(self) -> None:
        """End at once; attempts in progress never get their ``end``."""

    def close(self) -> None:
        """Free everything."""


def ask_job(job: Worker, task: Task, seconds: float) -> Outcome:
    """One attempt at one task in a job process, whatever becomes of it."""
    try:
        with remote.fetched(task, remote.fetched_folder(job.scratch)) as local:
            before = keys.state_of([local.path, *local.companions])
            reply = job.call("migrate", params_of(local), seconds + GRACE_SECONDS)
            answer = msgspec.convert(reply, Answer)
            unlike = task.sha256 and answer.result.sha256 not in ("", task.sha256)
            if unlike or keys.state_of([local.path, *local.companions]) != before:
                return _broken(
                    "RUN014", "the file changed while it was migrated", "Run again when nothing writes to it."
                )
        remote.deliver(task)
    except OSError as error:
        return _broken(
            "RUN013",
            f"{task.path.name} has vanished or cannot be read: {error.strerror}",
            "Check the path.",
            "vanished",
        )
    except WorkerDied as error:
        return _broken(error.code, error.message, error.hint, error.signal or RETRIED[error.code])
    except WorldError as error:
        full = shortage(job.scratch) if error.code == "RUN005" else None
        if full is not None:
            return _broken(full.code, full.message, full.hint)
        message = f"{error.kind}: {error.message}" if error.code == "RUN005" else error.message
        return _broken(error.code, message, error.hint, _signal_in(error.message))
    except MigrationError as error:
        return _broken(error.code, error.message, error.hint)
    except msgspec.ValidationError as error:
        job.close()
        return _broken("RUN004", f"the job's answer cannot be read: {error}", "")
    return Outcome(
        answer.result,
        phases=answer.phases,
        peak_bytes=answer.peak_bytes,
        protections=tuple(answer.protections),
        classes=None if answer.classes is None else tuple(answer.classes),
        files=answer.files,
    )


def params_of(task: Task) -> dict[str, Any]:
    """A task as the parameters of a job's call."""
    golden = next(
        (path for path in task.companions if path.suffix == ".npz" or "_inputs_and_" in path.name), None
    )
    return {
        "path": str(task.path),
        "source": task.source,
        "out": str(task.out),
        "folder": task.folder,
        "force": task.force,
        "golden": str(golden) if golden else None,
        "made_for": dict(task.made_for),
    }


def _broken(code: str, message: str, hint: str, cause: str = "") -> Outcome:
    return Outcome(None, code, message, hint, cause or RETRIED.get(code, code))


def _signal_in(message: str) -> str:
    """The signal that a worker below the job was killed by, where its message names one."""
    return next((word.strip(",.") for word in message.split() if word.startswith("SIG")), "")


def make_job(folder: Path, limits: Limits, settings: Settings) -> Worker:
    """A job process, not yet started; it waits longer than its workers, so that they tell their own end.

    One that asks releases of Keras 3 finds this user's cache of them and, for those that are missing, registry.
    """
    extra = variables_for_making() if settings.options.get("readers") else None
    own = replace(limits, recycle_calls=10**9, call_seconds=limits.call_seconds + GRACE_SECONDS)
    return Worker(World.READER, folder, own, handlers="migrate.batch.job", extra=extra)


def prepare(job: Worker, settings: Settings, limits: Limits) -> None:
    """Start and configure a job that is new or has died; one that somebody kills meanwhile is started again.

    Raises:
        MigrationError: it cannot even start; that is no artifact's fault.
    """
    if job.hello is not None and job.alive:
        return
    for left in reversed(range(STARTS)):
        job.close()
        try:
            job.call("configure", {**msgspec.to_builtins(settings), "limits": asdict(limits)})
        except (WorkerDied, WorkerStarved) as error:
            if not left:
                raise MigrationError(
                    error.code,
                    f"a job cannot start, {STARTS} times in a row: {error.message}",
                    "Something outside ends the processes of this run: check limits on memory and processes.",
                ) from error
        else:
            return


class LocalExecutor:
    """Job processes on this machine.

    Args:
        jobs: how many run side by side.
        settings: for each of them.
        limits: wall clock and memory of one artifact.
        scratch: parent of the jobs' own folders; the system's temporary folder unless given.
    """

    def __init__(self, jobs: int, settings: Settings, limits: Limits, scratch: Path | None = None) -> None:
        self._limits = limits
        sweep(scratch)
        try:
            self._scratch = Scratch("run", scratch)
        except OSError as error:
            where = scratch or tempfile.gettempdir()
            raise MigrationError(
                "RUN011",
                f"the scratch folder {where} cannot be written: {error.strerror}",
                "Set another folder in the environment variable TMPDIR.",
            ) from error
        self._folder = self._scratch.folder
        self._forkservers = ForkServers(
            self._folder / "forkservers", limits.threads, now=settings.pipeline == PIPELINE
        )
        sockets = {str(world): str(path) for world, path in self._forkservers.sockets().items()}
        self._settings = msgspec.structs.replace(settings, forkservers=sockets)
        self._jobs = [make_job(self._folder / f"job{number}", limits, settings) for number in range(jobs)]
        self._wake = threading.Condition()
        self._waiting: list[Task] = []
        self._used = 0
        self._running = 0
        self._aborted = False
        self._error: BaseException | None = None

    def run(self, tasks: Sequence[Task], begin: Begin, end: End, stopping: threading.Event) -> None:
        """See `Executor.run`; longest first, and as much side by side as memory holds."""
        self._waiting = sorted(tasks, key=lambda task: -task.seconds)
        self._error = None
        budget = (
            int(resources.available_memory() * resources.RESERVE) - len(self._jobs) * resources.SLOT_BYTES
        )
        count = min(len(self._jobs), len(tasks))
        threads = [
            threading.Thread(target=self._serve, args=(job, budget, begin, end, stopping), daemon=True)
            for job in self._jobs[:count]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # short, so that Ctrl-C is heard
        if self._error is not None:
            raise self._error

    def _serve(self, job: Worker, budget: int, begin: Begin, end: End, stopping: threading.Event) -> None:
        try:
            while (task := self._next(budget, stopping)) is not None:
                started = time.monotonic()
                try:
                    begin(task)
                    outcome = self._attempt(job, task)
                    if self._aborted:
                        return
                    end(task, outcome, time.monotonic() - started)
                finally:
                    with self._wake:
                        self._used -= task.memory
                        self._running -= 1
                        self._wake.notify_all()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that called run
            self._error = self._error or error
            stopping.set()

    def _next(self, budget: int, stopping: threading.Event) -> Task | None:
        """The longest task that fits into what memory is left; one that fits nowhere runs alone."""
        with self._wake:
            while self._waiting and not stopping.is_set():
                for index, task in enumerate(self._waiting):
                    if not self._running or self._used + task.memory <= budget:
                        del self._waiting[index]
                        self._used += task.memory
                        self._running += 1
                        return task
                self._wake.wait(0.5)
            return None

    def _attempt(self, job: Worker, task: Task) -> Outcome:
        prepare(job, self._settings, self._limits)
        return ask_job(job, task, self._limits.call_seconds)

    def abort(self) -> None:
        """Kill every job now; their workers follow, because their pipes close."""
        self._aborted = True
        for job in self._jobs:
            if job.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(job.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the jobs and remove their folders."""
        for job in self._jobs:
            job.close()
        self._forkservers.close()
        self._scratch.close()
