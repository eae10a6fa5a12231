"""Find and inspect artifacts in a process of their own: a hostile file may kill its parser, not the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Overdue
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from migrate.findings import Finding, MigrationError, Severity
from migrate.report.compatibility.contracts import Artifact, ModelFinding
from migrate.report.compatibility.gather import Looked
from migrate.report.compatibility.records import Unseen

if TYPE_CHECKING:
    from migrate.formats.identify import Identification
    from migrate.formats.inspection import Inspection

PATIENCE = 60.0
"""Seconds after which a file that is still being read counts as one that cannot be."""
_SKIPPED = frozenset({"FMT013", "FMT015", "FMT023"})
_CHUNK = 64
_Answer = TypeVar("_Answer")
_Question = TypeVar("_Question")


class ContentInspector:
    """Looks at artifacts by content; see ``gather.Inspector``."""

    def find(self, root: Path, only: Sequence[str]) -> list[str]:
        """Artifacts below ``root``; a SavedModel is its folder, weights with their architecture are one."""
        from migrate.batch.discover import Source, discover

        base = root.resolve()
        starts = tuple(base / part for part in only) or (base,)
        source = Source(str(root), base, starts, explicit=False)
        with _Child() as child:
            found = discover([source], lambda paths: _identified(child, paths))
        return [candidate.source for candidate in found]

    def look(self, root: Path, paths: Sequence[str]) -> Iterator[Looked | Unseen]:
        """What inspection says of each artifact."""
        if not paths:
            return
        with _Child() as child:
            for path in paths:
                found = child.call(_inspected, root / path)
                if isinstance(found, Finding):
                    yield Unseen(path=path, reason=found.message)
                else:
                    yield described(path, found)


def described(path: str, found: Inspection) -> Looked:
    """An inspection in the words of the report."""
    slots = found.training.slots if found.training else 0
    signatures = {
        signature.name: {
            "inputs": {tensor.name: [tensor.dtype, tensor.shape] for tensor in signature.inputs},
            "outputs": {tensor.name: [tensor.dtype, tensor.shape] for tensor in signature.outputs},
        }
        for graph in found.meta_graphs
        for signature in graph.signatures
    }
    detail: dict[str, Any] = {
        "layers": [
            {"path": layer.path, "class_name": layer.class_name, "parameters": layer.parameters}
            for layer in found.layers
        ],
        "signatures": {"old": signatures} if signatures else {},
        "planned": [[rule.code, rule.count, rule.summary] for rule in found.plan],
    }
    training = {
        "optimizer": found.training.optimizer if found.training else "",
        "slots": f"{slots} saved" if slots else "",
    }
    return Looked(
        Artifact(
            source=path,
            status=_status(found),
            format=found.kind,
            written_by={
                "keras": found.writer.keras,
                "tensorflow": found.writer.tensorflow,
                "backend": found.writer.backend,
            },
            rules=[rule.code for rule in found.plan],
            findings=[_finding(obstacle) for obstacle in found.obstacles],
            training={name: text for name, text in training.items() if text},
            custom_objects=found.custom_objects,
        ),
        detail,
    )


def _status(found: Inspection) -> str:
    from migrate.formats.artifact import Format

    if any(obstacle.code in _SKIPPED for obstacle in found.obstacles) or not Format(found.kind).is_model:
        return "skipped"
    blocked = any(obstacle.severity is Severity.ERROR for obstacle in found.obstacles)
    return "blocked" if blocked else "planned"


def _finding(found: Finding) -> ModelFinding:
    return ModelFinding(
        code=found.code, severity=found.severity, message=found.message, hint=found.hint, place=found.place
    )


def _identified(
    child: _Child, paths: Sequence[Path]
) -> Iterator[tuple[Path, Identification | MigrationError]]:
    """Many files in one question; when that goes wrong, one by one to find which it was."""
    for start in range(0, len(paths), _CHUNK):
        chunk = paths[start : start + _CHUNK]
        answers = child.call(_identify_all, chunk)
        many = [child.call(_identify, path) for path in chunk] if isinstance(answers, Finding) else answers
        for path, found in zip(chunk, many, strict=True):
            yield (
                path,
                MigrationError(found.code, found.message, found.hint)
                if isinstance(found, Finding)
                else found,
            )


def _identify_all(paths: Sequence[Path]) -> list[Identification | Finding]:
    return [_identify(path) for path in paths]


def _identify(path: Path) -> Identification | Finding:
    from migrate.formats.identify import identify

    try:
        return identify(path)
    except MigrationError as error:
        return error.finding()


def _inspected(path: Path) -> Inspection | Finding:
    from migrate.formats.inspection import inspect

    try:
        return inspect(path)
    except MigrationError as error:
        return error.finding()


class _Child:
    """One process for one question at a time; when it dies, the question at hand killed it."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def call(self, ask: Callable[[_Question], _Answer | Finding], question: _Question) -> _Answer | Finding:
        """The answer, or why there is none (a finding: an exception with a code does not survive the way back)."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            return self._pool.submit(ask, question).result(timeout=PATIENCE)
        except BrokenProcessPool:
            self._stop()
            return Finding("REP002", Severity.ERROR, "reading it ends the process that reads it")
        except Overdue:
            self._stop()
            return Finding("REP002", Severity.ERROR, f"reading it takes more than {PATIENCE:g} s")

    def _stop(self) -> None:
        if self._pool is not None:
            # A child that hangs must not keep the report from its end.
            for process in (self._pool._processes or {}).values():
                process.terminate()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
