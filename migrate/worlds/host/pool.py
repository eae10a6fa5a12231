"""Slots of warm workers: each job owns one worker of each world.

A worker's death costs the artifact at hand and nothing else; wear (calls, memory) is repaired between
artifacts, never in the middle of one, so that a handler may keep a model in memory between its calls.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.forkserver import ForkServers
from migrate.worlds.host.sandbox import policy
from migrate.worlds.host.taking import taken_folder
from migrate.worlds.host.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

FRAMEWORKS = (World.LEGACY, World.MODERN, World.STOCK)


@dataclass(slots=True)
class Slot:
    """The workers of one job.

    Attributes:
        number: from 0.
        folder: the slot's own; the parent may write anywhere in it. ``inputs`` inside holds staged sources
            and is readable, never writable, for the workers; each worker's scratch is a folder named after
            its world.
        workers: one for each world.
        runs_foreign_code: whether the workers with a framework were given code that is not the framework's own, by
            ``--custom-objects``, ``--source``, ``--architecture`` or ``--trust``. What it registers or patches would
            meet the next artifact, so `reset` ends them.
    """

    number: int
    folder: Path
    workers: Mapping[World, Worker]
    runs_foreign_code: bool = False
    guests: dict[str, Worker] = field(default_factory=dict)
    """Workers beside those of the worlds, by what they are for; they stay for the next artifact like these."""

    @property
    def legacy(self) -> Worker:
        """The worker with tf-keras."""
        return self.workers[World.LEGACY]

    @property
    def modern(self) -> Worker:
        """The worker with Keras 3 and this project."""
        return self.workers[World.MODERN]

    @property
    def stock(self) -> Worker:
        """The worker with Keras 3 alone."""
        return self.workers[World.STOCK]

    @property
    def reader(self) -> Worker:
        """The worker without a framework, which scans and identifies."""
        return self.workers[World.READER]

    @property
    def inputs(self) -> Path:
        """Where sources are staged for the workers to read."""
        return self.folder / "inputs"

    def stage_code(self, name: str, content: bytes) -> Path:
        """Put an author's code where the workers can read it; they serve no other artifact from then on."""
        self.runs_foreign_code = True
        staged = self.inputs / name
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(content)
        return staged

    def guest(self, name: str, make: Callable[[], Worker]) -> Worker:
        """The guest of this name, made where there is none yet."""
        if name not in self.guests:
            self.guests[name] = make()
        return self.guests[name]

    def must_have_had_room(self) -> None:
        """Refuse what was concluded of the artifact where a worker of its starved, whoever caught that.

        Raises:
            WorkerStarved: the first of them.
        """
        for worker in (*self.workers.values(), *self.guests.values()):
            if worker.starved is not None:
                raise worker.starved

    def warm(self, worlds: Sequence[World] = FRAMEWORKS) -> None:
        """Start workers without waiting for them; they import at the same time."""
        for world in worlds:
            self.workers[world].start()

    def reset(self) -> None:
        """Between two artifacts: empty the folders, and end what is worn or ran an author's code.

        The next call of such a worker starts it afresh.
        """
        frameworks = [*(self.workers[world] for world in FRAMEWORKS), *self.guests.values()]
        for worker in [self.reader, *frameworks]:
            if worker.needs_recycling or (self.runs_foreign_code and worker is not self.reader):
                worker.close()
            worker.forgive()
            _empty(worker.scratch)
            _empty(taken_folder(worker.scratch))
        _empty(self.inputs)
        self.runs_foreign_code = False

    def close(self) -> None:
        """End all workers of the slot."""
        for worker in (*self.workers.values(), *self.guests.values()):
            worker.close()


class Pool:
    """A fixed number of slots, lent to one caller each; a context manager, safe for threads.

    Args:
        jobs: how many slots.
        folder: where their folders are made; removed by `close`.
        limits: of each worker.
        read: folders and files that the workers may read beside their slot's folder, such as a module of
            custom objects. Artifacts themselves are better staged into `Slot.inputs`.
        sources: where artifacts lie; for the readers alone, which identify and pair them before they are staged.
        sandboxed: False runs the workers without any protection; for debugging.
        handlers: files in place of the worlds' own tables; for tests.
        forkservers: sockets of fork servers that somebody else owns; the pool has its own unless given.
    """

    def __init__(
        self,
        jobs: int,
        folder: Path,
        limits: Limits | None = None,
        *,
        read: Sequence[Path] = (),
        sources: Sequence[Path] = (),
        sandboxed: bool = True,
        handlers: Mapping[World, Path] | None = None,
        forkservers: Mapping[World, Path] | None = None,
    ) -> None:
        if jobs < 1:
            raise ValueError(f"a pool needs at least one job, not {jobs}")
        self.folder = folder.resolve()
        self._limits = limits or Limits()
        self._read = tuple(read)
        self._sources = tuple(sources)
        self._sandboxed = sandboxed
        self._handlers = dict(handlers or {})
        self._own = ForkServers(self.folder / "forkservers", self._limits.threads)
        self._forkservers = self._own.sockets(self._handlers) if forkservers is None else forkservers
        self.slots = tuple(self._slot(number) for number in range(jobs))
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        for slot in self.slots:
            self._free.put(slot)

    def _slot(self, number: int) -> Slot:
        folder = self.folder / f"slot{number}"
        (folder / "inputs").mkdir(parents=True, exist_ok=True)
        return Slot(number, folder, {world: self._worker(world, folder) for world in World})

    def _worker(self, world: World, folder: Path) -> Worker:
        scratch = folder / world
        handlers = self._handlers.get(world)
        readable = [folder, *self._read] if handlers is None else [folder, handlers, *self._read]
        if world is World.READER:
            readable += self._sources
        rules = policy(scratch, self._limits, readable) if self._sandboxed else None
        forkserver = self._forkservers.get(world) if handlers is None else None
        return Worker(world, scratch, self._limits, policy=rules, handlers=handlers, forkserver=forkserver)

    @contextlib.contextmanager
    def slot(self) -> Iterator[Slot]:
        """Borrow a slot, waiting for a free one; it is tidied when it comes back."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            slot.reset()
            self._free.put(slot)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every worker, lent or not, and remove the folders."""
        for slot in self.slots:
            slot.close()
        self._own.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _empty(folder: Path) -> None:
    """Remove what is inside a folder; the folder itself stays, for a live worker stands in it."""
    if not folder.is_dir():
        return
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
