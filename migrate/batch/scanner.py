"""Scans in a locked-up worker, so that a file which crashes a parser costs one answer and not the run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from migrate.findings import Finding, Severity
from migrate.scan.files import Scan, artifacts
from migrate.scan.rules import found
from migrate.worlds.environment import Limits, World
from migrate.worlds.protocol import ProtocolError
from migrate.worlds.sandbox import policy
from migrate.worlds.worker import Worker, WorkerDied, WorkerMemory, WorkerTimeout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

BATCH = 32
SCAN_LIMITS = Limits(memory_bytes=4 << 30, call_seconds=120, recycle_calls=10_000)


class _Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    severity: Severity
    message: str
    hint: str
    place: str


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    findings: list[_Finding]


def read_answer(path: Path, answer: object) -> Scan:
    """A worker's answer as a scan, strictly: an answer of another shape means that the worker was taken over."""
    if isinstance(answer, str):
        return Scan(path, "other", (found("SEC014", answer, path.name),))
    try:
        checked = msgspec.convert(answer, _Answer)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"the reader's answer cannot be read: {error}") from error
    findings = (Finding(f.code, f.severity, f.message, f.hint, f.place) for f in checked.findings)
    return Scan(path, checked.kind, tuple(findings))


class Scanner:
    """Scans files below the given roots; a context manager.

    Args:
        roots: what the worker may read.
        limits: of the worker.
    """

    def __init__(self, roots: Sequence[Path], limits: Limits = SCAN_LIMITS) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="keras-migrate-scan-"))
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
        """Scans in the order of the paths; a group that kills the worker is repeated one by one."""
        group: list[Path] = []
        for path in paths:
            group.append(path)
            if len(group) == BATCH:
                yield from self._group(group)
                group = []
        if group:
            yield from self._group(group)

    def _group(self, paths: list[Path]) -> Iterator[Scan]:
        try:
            answers = self._worker.call("scan_many", {"paths": [str(path.absolute()) for path in paths]})[
                "scans"
            ]
            scans = [read_answer(path, answer) for path, answer in zip(paths, answers, strict=True)]
        except (WorkerDied, WorkerTimeout, WorkerMemory, ProtocolError, ValueError) as error:
            self._worker.close()
            if len(paths) == 1:
                message = f"the parser of this format does not survive it: {error}"
                yield Scan(paths[0], "other", (found("SEC014", message, paths[0].name, Severity.ERROR),))
            else:
                for path in paths:
                    yield from self._group([path])
        else:
            yield from scans


def scan_roots(roots: Sequence[Path], limits: Limits = SCAN_LIMITS) -> Iterator[tuple[Path, Scan]]:
    """Scans of everything below each root, with the root that it belongs to."""
    with Scanner(roots, limits) as scanner:
        for root in roots:
            for scan in scanner.scan(artifacts(root)):
                yield root, scan
