"""Hold archives against releases of Keras 3: which load them, and which compute the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.dialects.keras3_minors.versions import Reader, parse_readers, reader
from migrate.findings import MigrationError
from migrate.parity.compare import Comparison, bounded, compare_cases
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import described_input
from migrate.parity.probes import attempts, make_probes
from migrate.pipeline.answers import arrays_of
from migrate.pipeline.draws import without
from migrate.pipeline.progress import Progress
from migrate.pipeline.proof import lowest_precision
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import Options
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.staging import stage
from migrate.pipeline.untouched import error_line
from migrate.readers.environments import Backend, environment_of
from migrate.readers.session import reader_worker
from migrate.results import CheckedArchive, ReaderOutcome, Reading
from migrate.worlds.contracts.reader import DescribedKeras3, DescribeKeras3, RewriteKeras3
from migrate.worlds.pool import Pool, Slot
from migrate.worlds.taking import take
from migrate.worlds.worker import Worker, WorkerDied, WorkerMemory, WorkerScratch, WorkerTimeout, WorldError

RECORDED_TOLERANCE = 1e-4
"""Relative tolerance against a recording, which another backend made: its sums run in another order."""
PROOF, MODEL, CUSTOM = "proof.npz", "model.keras", "custom_objects.py"
_ATTEMPTS = 6
_WITHIN = "Exception encountered: "
BROKEN = (WorldError, WorkerDied, WorkerMemory, WorkerScratch, WorkerTimeout)


@dataclass(frozen=True, slots=True)
class Subject:
    """One archive, staged where workers can read it.

    Attributes:
        source: its name in the report.
        path: the staged file.
        described: what the reader world said of it.
        custom: files that define classes of its own.
        probes: file of inputs; None until there is a reference.
        references: outputs by ``case/output``.
        reference: where they came from, in words; why there are none.
        tolerance: relative; None for the default of each dtype.
    """

    source: str
    path: Path
    described: DescribedKeras3
    custom: tuple[str, ...] = ()
    probes: Path | None = None
    references: Mapping[str, Array] = field(default_factory=dict)
    reference: str = ""
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class ReadArchive:
    """What one reader made of one archive: in short, and output by output where there was something to compare."""

    reading: Reading
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, slots=True)
class Checker:
    """Where a check works, and how.

    Attributes:
        slot: its reader looks at the archives; its folder holds what is staged.
        options: trust, tolerance, seed.
        cache: folder of environments; None for the user's.
        backend: below the Keras that wrote an archive, when it is asked for the reference.
    """

    slot: Slot
    options: Options
    cache: Path | None = None
    backend: Backend = Backend.JAX

    def subject(self, path: Path, source: str) -> Subject:
        """Stage an archive and say what it is; with the recording that stands beside it, if one does.

        Raises:
            MigrationError: it cannot be read, is unsafe, or is no archive of Keras 3 (``RDR005``).
        """
        staged = stage(path, self.options, self.slot)
        must_be_safe(self.slot, staged.scanned, self.options.trust)
        subject = self.staged(staged.source, path, source)
        staged.source.unlink()  # the next one has its name
        return subject

    def staged(self, file: Path, path: Path, source: str) -> Subject:
        """The same of an archive that was staged as ``file`` and scanned."""
        folder = self.slot.folder / "checked" / str(len(list(self.slot.folder.glob("checked/*"))))
        folder.mkdir(parents=True)
        kept = folder / MODEL
        shutil.copyfile(file, kept)
        described = self.slot.reader.ask(DescribeKeras3(kept))
        custom = [path.with_name(CUSTOM)] if path.name == MODEL else []
        given = [code for code in (*self.options.custom_objects, *custom) if code.is_file()]
        names = []
        for number, code in enumerate(given):
            shutil.copyfile(code, folder / f"{number}_{code.name}")
            names.append(str(folder / f"{number}_{code.name}"))
        return self._with_recording(path, Subject(source, kept, described, tuple(names)))

    def _with_recording(self, path: Path, subject: Subject) -> Subject:
        beside = path.with_name(PROOF) if path.name == MODEL else path
        found = beside if beside != path and beside.is_file() else find_golden(path)
        if found is None:
            return subject
        golden = recording_in(self.slot, found)
        if not golden.inputs:
            return subject
        probes = subject.path.with_name("probes.safetensors")
        save_arrays(probes, golden.probes())
        tolerance = self.options.tolerance or RECORDED_TOLERANCE
        return replace(
            subject,
            probes=probes,
            references=golden.references(),
            reference=f"recorded in {found.name}",
            tolerance=tolerance,
        )

    def with_references(self, subjects: Sequence[Subject]) -> list[Subject]:
        """The same with what the Keras that wrote each archive makes of it, where nothing was recorded."""
        result = {subject.source: subject for subject in subjects}
        writers = sorted({s.described.version for s in subjects if s.probes is None})
        for version in writers:
            mine = [s for s in subjects if s.probes is None and s.described.version == version]
            try:
                with self._worker(reader(version), self.backend) as worker:
                    for subject in mine:
                        result[subject.source] = self._written_by(worker, subject, version)
            except MigrationError as error:
                for subject in mine:
                    result[subject.source] = replace(subject, reference=f"{error.code}: {error.message}")
        return list(result.values())

    def _written_by(self, worker: Worker, subject: Subject, version: str) -> Subject:
        try:
            described = worker.call("load", _load_params(subject))
            specs = [
                described_input(entry, **subject.described.uses.get(entry["name"], {}))
                for entry in described["inputs"]
            ]
        except BROKEN as error:
            return replace(subject, reference=f"Keras {version} does not load it: {cause(error.message)}")
        reason = ""
        for attempt in islice(attempts(specs), _ATTEMPTS):
            probes = subject.path.with_name("probes.safetensors")
            save_arrays(probes, make_probes(specs, attempt, self.options.seed or 0))
            try:
                outputs = _run(worker, probes)
            except BROKEN as error:
                reason = cause(error.message)
                continue
            return replace(
                subject,
                probes=probes,
                references=outputs,
                reference=f"computed by Keras {version}",
                tolerance=self.options.tolerance,
            )
        return replace(subject, reference=f"Keras {version} does not run it: {reason}")

    def rewritten(self, subject: Subject, readers: str) -> tuple[Subject, list[str]]:
        """A subject with its archive rewritten for the readers named, and the codes of the rules that changed it."""
        answer = self.slot.reader.ask(RewriteKeras3(subject.path, readers))
        target = subject.path.with_name("rewritten.keras")
        shutil.move(take(self.slot.reader, answer.file, MODEL), target)
        return replace(subject, path=target), answer.rules

    def read_all(self, one: Reader, backend: Backend, subjects: Sequence[Subject]) -> Iterator[ReadArchive]:
        """What one reader makes of each archive, in their order.

        Raises:
            MigrationError: the environment cannot be made (``RDR002``, ``RDR003``).
        """
        with self._worker(one, backend) as worker:
            version = worker.ready().versions.get("keras", "?")
            for subject in subjects:
                outcome, reason, comparisons = _read(worker, subject)
                worst = max((comparison.max_rel for comparison in comparisons), default=None)
                size = None if worst is None else bounded(worst)
                yield ReadArchive(
                    Reading(one.name, version, backend.value, outcome, size, reason), comparisons
                )

    def _worker(self, one: Reader, backend: Backend) -> Worker:
        environment = environment_of(one, backend, self.cache)
        scratch = self.slot.folder / "readers" / f"{one.name}-{backend}"
        return reader_worker(environment, scratch, [self.slot.folder / "checked"])


def cause(text: str) -> str:
    """What is wrong, of the errors within errors that Keras raises when it cannot make an object: the innermost."""
    return error_line(text.rpartition(_WITHIN)[2])


def _load_params(subject: Subject) -> dict[str, Any]:
    return {"path": str(subject.path), "custom_objects": list(subject.custom)}


def _run(worker: Worker, probes: Path) -> dict[str, Array]:
    return arrays_of(worker, worker.call("predict", {"probes": str(probes), "out": "outputs.safetensors"}))


def _read(worker: Worker, subject: Subject) -> tuple[ReaderOutcome, str, tuple[Comparison, ...]]:
    """Outcome, reason, and the outputs compared."""
    try:
        described = worker.call("load", _load_params(subject))
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_LOAD, cause(error.message), ()
    if subject.probes is None:
        return ReaderOutcome.UNCOMPARED, subject.reference, ()
    if not subject.references:
        return ReaderOutcome.UNCOMPARED, "every output is drawn at random", ()
    try:
        outputs = _run(worker, subject.probes)
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_RUN, cause(error.message), ()
    names = described["output_names"]
    precision = subject.described.precision
    comparisons = compare_cases(subject.references, outputs, names, precision, subject.tolerance)
    reason = next((comparison.reason for comparison in comparisons if not comparison.equal), "")
    return ReaderOutcome.DIFFERS if reason else ReaderOutcome.EQUAL, reason, tuple(comparisons)


def must_read(
    checker: Checker, readers: Sequence[Reader], backend: Backend, subject: Subject
) -> list[ReadArchive]:
    """What each reader makes of an archive that all of them must load and compute alike.

    Raises:
        MigrationError: ``RDR006`` for the first that does not; ``RDR002`` and ``RDR003`` for one that cannot be had.
    """
    found: list[ReadArchive] = []
    for one in readers:
        found += checker.read_all(one, backend, [subject])
        reading = found[-1].reading
        if reading.outcome is not ReaderOutcome.EQUAL:
            raise MigrationError(
                "RDR006",
                f"Keras {reading.version}: {reading.outcome}: {reading.reason}",
                f"Leave {one.name} out of --for, or see keras-migrate check for what each release makes of the model.",
            )
    return found


def backend_for(probes: Path) -> Backend:
    """What is below the readers of a model with these inputs: strings exist on TensorFlow alone."""
    strings = any(array.dtype.kind in "OUS" for array in load_arrays(probes).values())
    return Backend.TENSORFLOW if strings else Backend.JAX


def prove_readers(
    slot: Slot, written: Path, objects: Sequence[str], options: Options, progress: Progress
) -> None:
    """Hold a migrated model against its reference in each release that was named.

    Raises:
        MigrationError: as `must_read`.
    """
    witness = progress.witnesses[-1]
    folder = slot.folder / "checked" / "migrated"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (written, witness.probes, *map(Path, objects)):
        shutil.copyfile(file, folder / file.name)
    precision = lowest_precision(progress.legacy) if progress.legacy is not None else ""
    subject = Subject(
        MODEL,
        folder / written.name,
        DescribedKeras3("", precision, {}),
        tuple(str(folder / Path(file).name) for file in objects),
        folder / witness.probes.name,
        without(witness.outputs, progress.drawn),
        witness.label,
        options.tolerance or RECORDED_TOLERANCE,
    )
    found = must_read(
        Checker(slot, options), parse_readers(options.readers or ""), backend_for(witness.probes), subject
    )
    progress.readings += [one.reading for one in found]


def check_archives(
    paths: Sequence[tuple[Path, str]],
    readers: Sequence[Reader],
    backends: Sequence[Backend],
    folder: Path,
    options: Options,
    cache: Path | None = None,
    rewritten_for: str = "",
) -> list[CheckedArchive]:
    """Every archive in every reader.

    Args:
        paths: archives, each with its name in the report.
        readers: releases of Keras 3.
        backends: below each of them.
        folder: to work in.
        options: trust, tolerance, seed, custom objects.
        cache: folder of environments; None for the user's.
        rewritten_for: releases that each archive is rewritten for before it is read, as ``--for`` does; empty reads it
            as it is.
    """
    sources = [path.parent for path, _ in paths]
    refused: dict[str, str] = {}
    with Pool(1, folder, sources=sources) as pool, pool.slot() as slot:
        checker = Checker(slot, options, cache, backends[0])
        subjects: list[Subject] = []
        for path, source in paths:
            try:
                subjects.append(checker.subject(path, source))
            except MigrationError as error:
                refused[source] = f"{error.code}: {error.message}"
        subjects = checker.with_references(subjects)
        if rewritten_for:
            subjects = [checker.rewritten(subject, rewritten_for)[0] for subject in subjects]
        readings: dict[str, list[Reading]] = {subject.source: [] for subject in subjects}
        for one in readers:
            for backend in backends:
                try:
                    found = [read.reading for read in checker.read_all(one, backend, subjects)]
                except MigrationError as error:
                    missing = f"{error.code}: {error.message}"
                    found = [
                        Reading(one.name, "?", backend.value, ReaderOutcome.MISSING, None, missing)
                        for _ in subjects
                    ]
                for subject, reading in zip(subjects, found, strict=True):
                    readings[subject.source].append(reading)
    known = {subject.source: subject for subject in subjects}
    return [
        CheckedArchive(source, "", refused[source], [])
        if source in refused
        else CheckedArchive(
            source, known[source].described.version, known[source].reference, readings[source]
        )
        for _, source in paths
    ]
