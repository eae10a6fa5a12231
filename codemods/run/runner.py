"""Rewrite many files: in this process or in several, each file for itself."""

from __future__ import annotations

import gc
import multiprocessing
import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from codemods.analysis.scan import dispatcher
from codemods.ecosystem import World
from codemods.edit.engine import rewrite
from codemods.files.kinds import DOCUMENT, NOTEBOOK, PYTHON
from codemods.files.source import Source, SourceError, concerns, matters
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.outcome import CodeFinding, Outcome
from codemods.target import MODERN

_WORTH_A_POOL = 48
"""Candidate files below which a second process costs more than it saves."""
_CHUNK = 8
_JOBS = 8
"""Processes at most where nobody says how many: each holds parsed files of its own."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file.

    Attributes:
        path: the file.
        old, new: its bytes; ``new`` is None when they stay, and ``old`` is not kept then.
        findings: in the order of the text.
        error: why the file was skipped.
        crashed: ``error`` is a mistake of this program, not of the file.
    """

    path: Path
    old: bytes
    new: bytes | None
    findings: tuple[CodeFinding, ...] = ()
    error: str | None = None
    crashed: bool = False


def run(files: Sequence[Path], options: Options, jobs: int = 1) -> Iterator[FileResult]:
    """Rewrite files; results in the order of ``files``, nothing is written.

    Files without a marker are not even decoded, and give a result with nothing in it.

    Args:
        files: what to look at.
        options: what to do.
        jobs: processes; 0 for one a core, where there are files enough for them.
    """
    jobs = jobs or min(_cores(), _JOBS, len(files) // _WORTH_A_POOL)
    if jobs < 2 or len(files) < _WORTH_A_POOL:
        yield from _serial(files, options)
        return
    dispatcher(
        options.target, options.version, options.backend
    )  # read rules and tables once, before the processes part
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    context = multiprocessing.get_context("fork")
    done = 0
    try:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            for results in pool.map(partial(_chunk, options), chunks):
                yield from results
                done += 1
    except BrokenProcessPool:
        # A parser took its process with it. One file at a time, each in a process that may die.
        for chunk in chunks[done:]:
            yield from _isolated(chunk, options)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serial(files: Iterable[Path], options: Options) -> Iterator[FileResult]:
    repository = Repository(options.ported)
    enabled = gc.isenabled()
    gc.disable()  # modules are taken apart when they are done with; looking for cycles doubles the time
    try:
        for path in files:
            yield process(path, options, repository)
            repository.trim()
    finally:
        if enabled:
            gc.enable()


_REPOSITORY: Repository | None = None


def _chunk(options: Options, files: Sequence[Path]) -> list[FileResult]:
    global _REPOSITORY  # noqa: PLW0603 - one a process, so that chunks share what they learnt
    if _REPOSITORY is None:
        _REPOSITORY = Repository(options.ported)
        gc.disable()
    results = []
    for path in files:
        results.append(process(path, options, _REPOSITORY))
        _REPOSITORY.trim()
    return results


def _isolated(files: Sequence[Path], options: Options) -> Iterator[FileResult]:
    context = multiprocessing.get_context("fork")
    for path in files:
        try:
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                yield from pool.submit(_chunk, options, [path]).result()
        except BrokenProcessPool:
            yield FileResult(path, b"", None, error="the parser crashed on this file")


def process(path: Path, options: Options, repository: Repository | None = None) -> FileResult:
    """Rewrite one file of any kind; whatever is wrong with it becomes its ``error``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return FileResult(path, b"", None, error=f"cannot read: {error.strerror}")
    try:
        # Other files are found by whole paths: one file must not have two.
        return replace(_process(Path(os.path.abspath(path)), data, options, repository), path=path)
    except SourceError as error:
        return FileResult(path, b"", None, error=error.message)
    except Exception as error:  # noqa: BLE001 - a mistake in one rule costs one file, and says where it is
        return FileResult(path, b"", None, error=_internal(error), crashed=True)


def _internal(error: Exception) -> str:
    """What went wrong inside this program, and where: enough to report it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    file = Path(place.filename)
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"internal error: {what} ({file.parent.name}/{file.name}, line {place.lineno}); please report it"


def _process(path: Path, data: bytes, options: Options, repository: Repository | None) -> FileResult:
    suffix = path.suffix.lower()
    if suffix in PYTHON:
        if not matters(data) and not (repository is not None and repository.hands_keras_to(path, data)):
            return FileResult(path, b"", None)
        source = Source.decode(data, path)
        if repository is not None:
            repository.load(path, source)
        outcome = rewrite(source, options, repository)
        if path.name == "setup.py":
            outcome = _with_pins(source, outcome, options, worlds_of(path, options, repository))
        new = source.encode(outcome.text) if outcome.text != source.text else None
        return FileResult(path, data if new is not None else b"", new, outcome.findings, outcome.error)
    if not concerns(data):
        return FileResult(path, b"", None)
    source = Source.decode(data, path)
    outcome = _other(suffix, source, options, repository)
    new = source.encode(outcome.text) if outcome.text != source.text else None
    return FileResult(path, data if new is not None else b"", new, outcome.findings, outcome.error)


def worlds_of(path: Path, options: Options, repository: Repository | None) -> frozenset[World]:
    """What the files of the project around a requirement file need that stay with Keras 2."""
    islands = repository.islands(path) if repository is not None and options.target in MODERN else None
    return frozenset(hold.world for _, hold in islands.any_held()) if islands is not None else frozenset()


def _with_pins(source: Source, outcome: Outcome, options: Options, worlds: frozenset[World]) -> Outcome:
    """What ``setup.py`` requires, on top of what its code needs."""
    from codemods.run.pins import rewrite_pins

    required = rewrite_pins(Source(source.path, outcome.text, source.encoding, source.bom), options, worlds)
    findings = sorted((*outcome.findings, *required.findings), key=lambda item: (item.line, item.column))
    return Outcome(required.text, tuple(findings), outcome.error)


def _other(suffix: str, source: Source, options: Options, repository: Repository | None) -> Outcome:
    """Files that are no Python but hold some, or that name the packages to install."""
    if suffix in NOTEBOOK:
        from codemods.run.notebooks import rewrite_notebook

        return rewrite_notebook(source, options, repository)
    if suffix in DOCUMENT:
        from codemods.run.documents import rewrite_document

        return rewrite_document(source, options, repository)
    from codemods.run.pins import rewrite_pins

    return rewrite_pins(source, options, worlds_of(source.path, options, repository))
