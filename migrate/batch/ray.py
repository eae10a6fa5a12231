"""Runs tasks on a Ray cluster: the same jobs, each owned by an actor on some node; the ledger stays here.

Needs the ``ray`` extra. Nodes must see the sources and the output folder under the same paths (a shared file
system), or both lie in an object store. An actor reserves memory as a scheduling resource; when its node goes,
the task is begun again on another one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.batch import resources
from migrate.batch.events import Outcome, Task
from migrate.batch.local import GRACE_SECONDS, ask_job, make_job, prepare
from migrate.extras import command_for
from migrate.findings import MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.batch.job import Settings
    from migrate.batch.local import Begin, End, Executor
    from migrate.batch.options import BatchOptions
    from migrate.worlds.host.environment import Limits

NODE_LOSSES = 3
"""How many nodes may go under one task before it is reported as failed."""
ADDRESS = "RAY_ADDRESS"
LOOPBACK_ONLY = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Set to 0 before Ray is imported, its processes know each other by 127.0.0.1 and listen there alone; without it
they listen on every interface, even for a cluster of this machine (Ray's ``services.get_node_ip_address``)."""


class JobActor:
    """What runs on a node: one job process with its slot of warm workers."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=f"keras-migrate-run-{os.getpid()}-")
        self._settings, self._limits = settings, limits
        self._job = make_job(Path(self._folder.name) / "job", limits, settings)

    def attempt(self, task: Task) -> Outcome:
        """One attempt at one task; that the sandbox of this node keeps too little is its outcome."""
        try:
            prepare(self._job, self._settings, self._limits)
        except MigrationError as error:
            if error.code != "RUN006":
                raise
            return Outcome(None, error.code, error.message, error.hint)
        return ask_job(self._job, task, self._limits.call_seconds)

    def node(self) -> str:
        """The node that this runs on."""
        import ray

        return str(ray.get_runtime_context().get_node_id())

    def close(self) -> None:
        """End the job and its workers."""
        self._job.close()
        self._folder.cleanup()


def environment() -> dict[str, str]:
    """Variables of the actors: where this project is, and no device. Those of the worlds are their own workers'."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    return {"PYTHONPATH": root, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}


def connected() -> tuple[Any, bool]:
    """Ray, connected to the cluster of ``RAY_ADDRESS`` or to one of this machine alone, and whether this call did it.

    Raises:
        MigrationError: RUN018 when Ray is not installed or its cluster cannot be reached.
    """
    if ADDRESS not in os.environ:
        os.environ.setdefault(LOOPBACK_ONLY, "0")
    try:
        import ray
    except ImportError as error:
        raise MigrationError(
            "RUN018", "Ray is not installed", f"{command_for('ray')}, or omit --executor."
        ) from error
    started = not ray.is_initialized()
    if started:
        try:
            ray.init(address=os.environ.get(ADDRESS), log_to_driver=False, include_dashboard=False)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise MigrationError(
                "RUN018", f"the Ray cluster cannot be reached: {error}", f"Check {ADDRESS}."
            ) from error
    return ray, started


def ray_executor(jobs: int, settings: Settings, batch: BatchOptions) -> Executor:
    """The executor for ``--executor ray``.

    Raises:
        MigrationError: RUN018 as of `connected`.
    """
    ray, started = connected()
    wanted = batch.jobs or int(ray.cluster_resources().get("CPU", 1))
    return RayExecutor(max(1, wanted), settings, batch.limits, shutdown=started)


@dataclass(slots=True)
class _Seat:
    """A place for one actor, made when needed and made again when lost."""

    actor: Any = None
    ping: Any = None
    node: str = ""
    memory: int = 0


class RayExecutor:
    """Actors on a cluster, each driven by a thread here.

    Args:
        jobs: how many actors.
        settings: of each job.
        limits: of each worker.
        shutdown: end the connection to the cluster with `close`.
    """

    def __init__(self, jobs: int, settings: Settings, limits: Limits, *, shutdown: bool = False) -> None:
        self._settings, self._limits, self._shutdown = settings, limits, shutdown
        self._seats = [_Seat() for _ in range(jobs)]
        self._mutex = threading.Lock()
        self._waiting: list[Task] = []
        self._running = 0
        self._losses: dict[str, int] = {}
        self._aborted = False
        self._error: BaseException | None = None

    def run(self, tasks: Sequence[Task], begin: Begin, end: End, stopping: threading.Event) -> None:
        """See `migrate.batch.local.Executor.run`."""
        self._waiting = sorted(tasks, key=lambda task: -task.seconds)
        self._error = None
        threads = [
            threading.Thread(target=self._serve, args=(seat, begin, end, stopping), daemon=True)
            for seat in self._seats[: len(tasks)]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
        if self._error is not None:
            raise self._error

    def _serve(self, seat: _Seat, begin: Begin, end: End, stopping: threading.Event) -> None:
        """Take tasks while an actor is there for them; a lost node's task goes back to whoever is free."""
        try:
            while not stopping.is_set():
                with self._mutex:
                    if not self._waiting and not self._running:
                        return
                if not self._waiting or not self._ready(seat):
                    time.sleep(0.1)
                    continue
                with self._mutex:
                    if not self._waiting:
                        continue
                    task = self._waiting.pop(0)
                    self._running += 1
                try:
                    self._one(seat, task, begin, end)
                finally:
                    with self._mutex:
                        self._running -= 1
        except BaseException as error:  # noqa: BLE001 - handed to the thread that called run
            self._error = self._error or error
            stopping.set()
        finally:
            self._leave(seat)  # what it reserved is another's now

    def _one(self, seat: _Seat, task: Task, begin: Begin, end: End) -> None:
        started = time.monotonic()
        begin(task)
        outcome = self._attempt(seat, task)
        if self._aborted:
            return
        if outcome.code == "RUN019":
            with self._mutex:
                self._losses[task.source] = self._losses.get(task.source, 0) + 1
                if self._losses[task.source] < NODE_LOSSES:
                    # the ledger keeps the lost attempt as one that never ended
                    self._waiting.insert(0, replace(task, force=True))
                    return
        end(task, outcome, time.monotonic() - started)

    def _ready(self, seat: _Seat) -> bool:
        """Whether the seat's actor runs on some node; one that waits for a place keeps no task waiting."""
        import ray
        from ray.exceptions import RayError

        if seat.actor is None:
            self._make(seat, resources.SLOT_BYTES)
        if seat.node:
            return True
        done, _ = ray.wait([seat.ping], timeout=1.0)
        if not done:
            return False
        try:
            seat.node = ray.get(done[0])
        except RayError:
            self._leave(seat)
            return False
        return True

    def _attempt(self, seat: _Seat, task: Task) -> Outcome:
        import ray
        from ray.exceptions import GetTimeoutError, RayActorError, RayError, RayTaskError

        seconds = self._limits.start_seconds * 4 + self._limits.call_seconds * 8 + GRACE_SECONDS
        try:
            self._fill(seat, task)
            outcome: Outcome = ray.get(seat.actor.attempt.remote(task), timeout=seconds)
        except RayTaskError as error:
            cause = error.cause
            if isinstance(cause, MigrationError):
                raise cause from error
            return Outcome(None, "RUN005", f"{type(cause).__name__}: {cause}", "", "bug")
        except GetTimeoutError:
            self._leave(seat)
            return Outcome(
                None, "RUN002", f"no answer from the cluster within {seconds:.0f} s", "", "timeout"
            )
        except (RayActorError, RayError) as error:
            self._leave(seat)
            told = str(error).split("\n", 1)[0]
            return Outcome(None, "RUN019", f"the node or its actor was lost: {told}", "Run again.", "node")
        return outcome

    def _fill(self, seat: _Seat, task: Task) -> None:
        """An actor with memory enough for the task; the scheduler finds the node."""
        need = resources.SLOT_BYTES + task.memory
        if seat.actor is not None and seat.memory < need:
            self._leave(seat)
        if seat.actor is None:
            self._make(seat, need)

    def _make(self, seat: _Seat, need: int) -> None:
        import ray

        largest = max(
            (int(node["Resources"].get("memory", 0)) for node in ray.nodes() if node["Alive"]), default=0
        )
        reserved = min(need, largest)  # what fits on no node gets a whole one
        options: dict[str, Any] = {
            "num_cpus": 1,
            "memory": reserved or None,
            "runtime_env": {"env_vars": environment()},
            "max_restarts": 0,
        }
        seat.actor = ray.remote(JobActor).options(**options).remote(self._settings, self._limits)
        seat.ping = seat.actor.node.remote()
        seat.memory = need

    @staticmethod
    def _leave(seat: _Seat) -> None:
        import ray

        if seat.actor is not None:
            with contextlib.suppress(Exception):  # it may be gone already, in any of Ray's ways
                ray.kill(seat.actor)
        seat.actor, seat.ping, seat.node = None, None, ""

    def abort(self) -> None:
        """Kill every actor now; their jobs follow, because their pipes close."""
        self._aborted = True
        for seat in self._seats:
            self._leave(seat)

    def close(self) -> None:
        """End actors and, where it was made here, the connection."""
        import ray
        from ray.exceptions import RayError

        for seat in self._seats:
            if seat.actor is not None:
                with contextlib.suppress(RayError):
                    ray.get(seat.actor.close.remote(), timeout=10)
            self._leave(seat)
        if self._shutdown:
            ray.shutdown()
