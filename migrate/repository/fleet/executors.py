"""Where the commands of a fleet run: on this machine, or on a Ray cluster whose nodes see the same files."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from migrate.batch.ray import connected

_PROJECT = Path(__file__).resolve().parents[3]
_GRACE = 20.0
"""Seconds that an interrupted command has to leave things as they were."""


class Task(Struct, frozen=True):
    """The command of one member, and the folder that it runs in."""

    name: str
    folder: str
    command: tuple[str, ...]


class Ended(Struct, frozen=True):
    """How it ended; ``seconds`` is its time on the clock."""

    status: int
    output: str
    errors: str
    seconds: float


class Executor(Protocol):
    """Runs tasks."""

    def __call__(self, tasks: Sequence[Task], end: Callable[[str, Ended], None]) -> None:
        """Run each, and tell by its name how it ended."""


def ask(task: Task, begun: Callable[[subprocess.Popen[str]], None] = lambda _process: None) -> Ended:
    """Run one task to its end, on whatever machine this is."""
    path = os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH", ""))))
    started = time.monotonic()
    process = subprocess.Popen(
        task.command,
        cwd=task.folder,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    begun(process)
    output, errors = process.communicate()
    return Ended(process.returncode, output, errors, time.monotonic() - started)


def local(jobs: int) -> Executor:
    """So many at a time on this machine."""

    def execute(tasks: Sequence[Task], end: Callable[[str, Ended], None]) -> None:
        running: list[subprocess.Popen[str]] = []
        stopped = threading.Event()

        def begun(process: subprocess.Popen[str]) -> None:
            running.append(process)
            if stopped.is_set():  # the others are ended already
                process.kill()

        def run(task: Task) -> tuple[str, Ended] | None:
            return None if stopped.is_set() else (task.name, ask(task, begun))

        with ThreadPoolExecutor(max(1, jobs)) as pool:
            futures = [pool.submit(run, task) for task in tasks]
            try:
                for future in as_completed(futures):
                    if (done := future.result()) is not None:
                        end(*done)
            except BaseException:
                stopped.set()
                _end(running)
                raise

    return execute


def _end(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Interrupt what runs, as Ctrl-C does, and kill what goes on all the same."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.send_signal(signal.SIGINT)
    until = time.monotonic() + _GRACE
    for process in alive:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
        if process.poll() is None:
            process.kill()


def on_ray() -> Executor:
    """On the cluster of ``RAY_ADDRESS``, or one of this machine: as many at a time as it has processors."""

    def execute(tasks: Sequence[Task], end: Callable[[str, Ended], None]) -> None:
        ray, started = connected()
        try:
            remote = ray.remote(num_cpus=1, max_retries=2)(ask)
            waiting = {remote.remote(task): task.name for task in tasks}
            while waiting:
                for reference in ray.wait(list(waiting), num_returns=1)[0]:
                    end(waiting.pop(reference), ray.get(reference))
        finally:
            if started:
                ray.shutdown()

    return execute
