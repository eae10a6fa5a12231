"""Scans and identifies files in a locked-up worker: a file that crashes a parser costs one answer, not the run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.identify import Identification
from migrate.scan.files import Scan, artifacts
from migrate.scan.rules import found
from migrate.worlds.environment import Limits, World
from migrate.worlds.protocol import ProtocolError
from migrate.worlds.sandbox import policy
from migrate.worlds.worker import Worker, WorkerDied, WorkerMemory, WorkerTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

BATCH = 64
READER_LIMITS = Limits(memory_bytes=4 << 30, call_seconds=120, recycle_calls=10_000)
ALONE_SECONDS = 30.0
"""For one file, after its group broke the worker: libhdf5 runs in circles on some damaged files."""
_BROKEN = (WorkerDied, WorkerTimeout, WorkerMemory, ProtocolError)
_T = TypeVar("_T")


class _Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    severity: Severity
    message: str
    hint: str
    place: str


class _Scanned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    findings: list[_Finding]


class _Identified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Format
    detail: str
    hint: str
    size: int


def _checked(answer: object, shape: type[_T]) -> _T:
    """A worker's answer, strictly: another shape means that the worker was taken over."""
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the reader's answer cannot be read: {error}") from error


def read_answer(path: Path, answer: object) -> Scan:
    """An answer to ``scan`` or one of ``scan_many``: text says why a file cannot be read.

    Raises:
        ProtocolError: when it has another shape.
    """
    if isinstance(answer, str):
        return Scan(path, "other", (found("SEC014", answer, path.name),))
    checked = _checked(answer, _Scanned)
    findings = (Finding(f.code, f.severity, f.message, f.hint, f.place) for f in checked.findings)
    return Scan(path, checked.kind, tuple(findings))


def read_identification(path: Path, answer: object) -> Identification | MigrationError:
    """An answer to ``identify_many``.

    Raises:
        ProtocolError: when it has another shape.
    """
    if isinstance(answer, str):
        return MigrationError("FMT021", answer, "Check the path and its permissions.", str(path))
    checked = _checked(answer, _Identified)
    return Identification(path, checked.format, checked.detail, checked.hint, checked.size)


class Reader:
    """Looks at files below the given roots; a context manager.

    Args:
        roots: what the worker may read.
        limits: of the worker.
    """

    def __init__(self, roots: Sequence[Path], limits: Limits = READER_LIMITS) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="keras-migrate-read-"))
        rules = policy(self._folder, limits, roots)
        self._worker = Worker(World.READER, self._folder, limits, policy=rules)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._worker.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def scan(self, paths: Iterable[Path]) -> Iterator[Scan]:
        """Scans in the order of the paths."""

        def killer(path: Path, error: MigrationError) -> Scan:
            message = f"the parser of this format does not survive it: {error}"
            return Scan(path, "other", (found("SEC014", message, path.name, Severity.ERROR),))

        for _, scan in self._ask("scan_many", paths, read_answer, killer):
            yield scan

    def identify(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Identification | MigrationError]]:
        """What each path is; an error for one that cannot be read or kills its parser."""

        def killer(path: Path, error: MigrationError) -> Identification | MigrationError:
            return MigrationError(error.code, f"the parser of this format does not survive it: {error}")

        return self._ask("identify_many", paths, read_identification, killer)

    def _ask(
        self,
        method: str,
        paths: Iterable[Path],
        read: Callable[[Path, object], _T],
        killer: Callable[[Path, MigrationError], _T],
    ) -> Iterator[tuple[Path, _T]]:
        group: list[Path] = []
        for path in paths:
            group.append(path)
            if len(group) == BATCH:
                yield from self._group(method, group, read, killer)
                group = []
        if group:
            yield from self._group(method, group, read, killer)

    def _group(
        self,
        method: str,
        paths: list[Path],
        read: Callable[[Path, object], _T],
        killer: Callable[[Path, MigrationError], _T],
    ) -> Iterator[tuple[Path, _T]]:
        """One message for a group; a group that kills the worker is repeated one by one."""
        try:
            seconds = ALONE_SECONDS if len(paths) == 1 else None
            reply = self._worker.call(method, {"paths": [str(path.absolute()) for path in paths]}, seconds)
            answers: list[Any] = _checked(reply.get("answers"), list[Any])
            if len(answers) != len(paths):
                raise ProtocolError("the reader answered another number of files")
            results = [(path, read(path, answer)) for path, answer in zip(paths, answers, strict=True)]
        except _BROKEN as error:
            self._worker.close()
            if len(paths) == 1:
                yield paths[0], killer(paths[0], error)
                return
            for path in paths:
                yield from self._group(method, [path], read, killer)
        else:
            yield from results


def scan_roots(roots: Sequence[Path], limits: Limits = READER_LIMITS) -> Iterator[tuple[Path, Scan]]:
    """Scans of everything below each root, with the root that it belongs to."""
    with Reader(roots, limits) as reader:
        for root in roots:
            for scan in reader.scan(artifacts(root)):
                yield root, scan
