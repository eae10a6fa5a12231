"""Looks at files in sandboxed workers: a file that crashes a parser costs one answer, not the run."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import signal
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from migrate.batch import resources
from migrate.findings import MigrationError, Severity
from migrate.scan.files import Scan, artifacts
from migrate.scan.rules import found
from migrate.worlds.contracts.reader import IdentifyMany, InspectMany, PairMany, ScanMany
from migrate.worlds.host.answers import identification_of, inspection_of, pair_of, scan_of
from migrate.worlds.host.ends import ENDED, WorkerStarved, WorldError
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.sandbox import policy
from migrate.worlds.host.scratch import Scratch
from migrate.worlds.host.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from migrate.formats.identify import Identification
    from migrate.inspection import Inspection
    from migrate.worlds.contracts.call import Call
    from migrate.worlds.contracts.reader import Answers

BATCH = 64
READERS = 4
"""Side by side, at most; more wait for the disk."""
READER_LIMITS = Limits(memory_bytes=4 << 30, call_seconds=120, recycle_calls=10_000)
GROUP_SECONDS = 30.0
"""For a group; it takes less than one. libhdf5 runs in circles on some damaged files."""
ALONE_SECONDS = 30.0
"""For one file, after its group broke the worker."""
_BROKEN = (WorldError, *ENDED, WorkerStarved, ProtocolError)
_A = TypeVar("_A")
_T = TypeVar("_T")


class Reader:
    """Looks at files below the given roots; a context manager, for one caller at a time.

    Args:
        roots: what the workers may read.
        limits: of each worker.
        readers: workers, started as they are needed; one a core unless given.
    """

    def __init__(self, roots: Sequence[Path], limits: Limits = READER_LIMITS, readers: int = 0) -> None:
        self._scratch = Scratch("read")
        self._folder = self._scratch.folder
        self._count = readers or min(READERS, resources.cores())
        self._stopped = False
        self._workers = []
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for number in range(self._count):
            scratch = self._folder / str(number)
            worker = Worker(World.READER, scratch, limits, policy=policy(scratch, limits, roots))
            self._workers.append(worker)
            self._free.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.close()
        self._scratch.close()

    def scan(self, paths: Iterable[Path]) -> Iterator[Scan]:
        """Scans in the order of the paths."""

        def killer(path: Path, error: MigrationError) -> Scan:
            message = _ended(error)
            return Scan(path, "other", (found("SEC014", message, path.name, Severity.ERROR),))

        for _, scan in self._ask(ScanMany, paths, scan_of, killer):
            yield scan

    def identify(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Identification | MigrationError]]:
        """What each path is; an error for one that cannot be read or kills its parser."""

        def killer(path: Path, error: MigrationError) -> Identification | MigrationError:
            return MigrationError(error.code, _ended(error), error.hint)

        return self._ask(IdentifyMany, paths, identification_of, killer)

    def architectures(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
        """The architecture beside each weights file; one that kills the parser has none.

        Raises:
            WorkerStarved: nobody could look.
        """

        def killer(path: Path, error: MigrationError) -> Path | None:
            if isinstance(error, WorkerStarved):
                raise error
            return None

        return self._ask(PairMany, paths, pair_of, killer)

    def inspect(
        self, paths: Iterable[Path], architecture: Path | None = None
    ) -> Iterator[tuple[Path, Inspection | MigrationError]]:
        """What each path holds and what blocks it; an error for one that cannot be read or kills its parser.

        Args:
            paths: artifacts, below the roots.
            architecture: of weights files, below a root of its own.
        """

        def killer(path: Path, error: MigrationError) -> Inspection | MigrationError:
            hint = error.hint if isinstance(error, WorkerStarved) else "Treat the file as hostile."
            return MigrationError(error.code, _ended(error), hint)

        given = architecture.absolute() if architecture else None
        return self._ask(partial(InspectMany, architecture=given), paths, inspection_of, killer)

    def _ask(
        self,
        question: Callable[[list[Path]], Call[Answers[_A]]],
        paths: Iterable[Path],
        read: Callable[[Path, _A | str], _T],
        killer: Callable[[Path, MigrationError], _T],
    ) -> Iterator[tuple[Path, _T]]:
        """Answers in order; groups are looked at side by side, and few of them ahead of what was taken."""

        def look(group: list[Path]) -> list[tuple[Path, _T]]:
            worker = self._free.get()
            try:
                return list(self._group(worker, question, group, read, killer))
            finally:
                self._free.put(worker)

        remaining = iter(paths)
        ahead: deque[Future[list[tuple[Path, _T]]]] = deque()
        with ThreadPoolExecutor(self._count) as threads:
            try:
                while group := list(itertools.islice(remaining, BATCH)):
                    ahead.append(threads.submit(look, group))
                    if len(ahead) > 2 * self._count:
                        yield from ahead.popleft().result()
                while ahead:
                    yield from ahead.popleft().result()
            finally:
                if ahead:
                    self._stop(ahead)

    def _stop(self, ahead: Iterable[Future[list[tuple[Path, _T]]]]) -> None:
        """Nobody waits for the rest, such as after Ctrl-C: let no thread wait for it either."""
        self._stopped = True
        for future in ahead:
            future.cancel()
        for worker in self._workers:
            if worker.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGKILL)

    def _group(
        self,
        worker: Worker,
        question: Callable[[list[Path]], Call[Answers[_A]]],
        paths: list[Path],
        read: Callable[[Path, _A | str], _T],
        killer: Callable[[Path, MigrationError], _T],
        *,
        again: bool = False,
    ) -> Iterator[tuple[Path, _T]]:
        """One message for a group; a group that kills the worker is repeated one by one, a starved worker once."""
        if self._stopped:
            return
        try:
            seconds = ALONE_SECONDS if len(paths) == 1 else GROUP_SECONDS
            answers = worker.ask(question([path.absolute() for path in paths]), seconds).answers
            if len(answers) != len(paths):
                raise ProtocolError("the reader returned a different number of files")
            results = [(path, read(path, answer)) for path, answer in zip(paths, answers, strict=True)]
        except _BROKEN as error:
            worker.close()
            if self._stopped:
                return
            starved = isinstance(error, WorkerStarved)
            if len(paths) == 1 and (again or not starved):
                yield paths[0], killer(paths[0], error)
                return
            for path in paths:
                yield from self._group(worker, question, [path], read, killer, again=len(paths) == 1)
        else:
            yield from results


def _ended(error: MigrationError) -> str:
    what = "the file could not be examined" if isinstance(error, WorkerStarved) else "the parser crashed"
    return f"{what}: {error}"


def inspect_path(path: str | Path, architecture: str | Path | None = None) -> Inspection:
    """Inspect one path in a sandboxed worker.

    Raises:
        MigrationError: FMT021 when it cannot be read at all, RUN001 to RUN004 when it takes its parser down.
    """
    path, architecture = Path(path), Path(architecture) if architecture else None
    roots = [given.absolute().parent for given in (path, architecture) if given is not None]
    with Reader([*roots, path.absolute()], readers=1) as reader:
        _, found = next(reader.inspect([path], architecture))
    if isinstance(found, MigrationError):
        raise found
    return found


def scan_roots(
    roots: Sequence[Path], limits: Limits = READER_LIMITS, left_out: list[Path] | None = None
) -> Iterator[tuple[Path, Scan]]:
    """Scans of everything below each root, with the root that it belongs to; roots in order.

    Folders that are not looked into, as `migrate.scan.files.artifacts` says, are appended to ``left_out``.
    """
    owners: deque[Path] = deque()

    def below() -> Iterator[Path]:
        for root in roots:
            for path in artifacts(root, left_out):
                owners.append(root)
                yield path

    with Reader(roots, limits) as reader:
        for scan in reader.scan(below()):
            yield owners.popleft(), scan
