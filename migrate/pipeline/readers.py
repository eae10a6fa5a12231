"""Hold archives against releases of Keras 3: which load them, and which compute the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.dialects.keras3_minors.versions import Reader, reader
from migrate.findings import MigrationError
from migrate.parity.compare import bounded, compare_cases
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import described_input
from migrate.parity.probes import attempts, make_probes
from migrate.pipeline.answers import arrays_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import Options
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.staging import stage
from migrate.pipeline.untouched import error_line
from migrate.readers.environments import Backend, environment_of
from migrate.readers.session import reader_worker
from migrate.results import CheckedArchive, ReaderOutcome, Reading
from migrate.worlds.pool import Pool, Slot
from migrate.worlds.worker import Worker, WorkerDied, WorkerMemory, WorkerScratch, WorkerTimeout, WorldError

RECORDED_TOLERANCE = 1e-4
"""Relative tolerance against a recording, which another backend made: its sums run in another order."""
PROOF, MODEL, CUSTOM = "proof.npz", "model.keras", "custom_objects.py"
_ATTEMPTS = 6
BROKEN = (WorldError, WorkerDied, WorkerMemory, WorkerScratch, WorkerTimeout)


@dataclass(frozen=True, slots=True)
class Subject:
    """One archive, staged where workers can read it.

    Attributes:
        source: its name in the report.
        path: the staged file.
        described: what the reader world said of it: ``version``, ``precision``, ``uses``.
        custom: files that define classes of its own.
        probes: file of inputs; None until there is a reference.
        references: outputs by ``case/output``.
        reference: where they came from, in words; why there are none.
        tolerance: relative; None for the default of each dtype.
    """

    source: str
    path: Path
    described: Mapping[str, Any]
    custom: tuple[str, ...] = ()
    probes: Path | None = None
    references: Mapping[str, Array] = field(default_factory=dict)
    reference: str = ""
    tolerance: float | None = None


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
        folder = self.slot.folder / "checked" / str(len(list(self.slot.folder.glob("checked/*"))))
        folder.mkdir(parents=True)
        kept = folder / MODEL
        shutil.move(staged.source, kept)
        described = self.slot.reader.call("describe_keras3", {"path": str(kept)})
        custom = [path.with_name(CUSTOM)] if path.name == MODEL else []
        given = [file for file in (*self.options.custom_objects, *custom) if file.is_file()]
        for number, file in enumerate(given):
            shutil.copyfile(file, folder / f"{number}_{file.name}")
        names = tuple(str(folder / f"{number}_{file.name}") for number, file in enumerate(given))
        return self._with_recording(path, Subject(source, kept, described, names))

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
        writers = sorted({s.described["version"] for s in subjects if s.probes is None})
        for version in writers:
            mine = [s for s in subjects if s.probes is None and s.described["version"] == version]
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
                described_input(entry, **subject.described["uses"].get(entry["name"], {}))
                for entry in described["inputs"]
            ]
        except BROKEN as error:
            return replace(
                subject, reference=f"Keras {version} does not load it: {error_line(error.message)}"
            )
        reason = ""
        for attempt in islice(attempts(specs), _ATTEMPTS):
            probes = subject.path.with_name("probes.safetensors")
            save_arrays(probes, make_probes(specs, attempt, self.options.seed or 0))
            try:
                outputs = _run(worker, probes)
            except BROKEN as error:
                reason = error_line(error.message)
                continue
            return replace(
                subject,
                probes=probes,
                references=outputs,
                reference=f"computed by Keras {version}",
                tolerance=self.options.tolerance,
            )
        return replace(subject, reference=f"Keras {version} does not run it: {reason}")

    def read_all(self, one: Reader, backend: Backend, subjects: Sequence[Subject]) -> Iterator[Reading]:
        """What one reader makes of each archive, in their order.

        Raises:
            MigrationError: the environment cannot be made (``RDR002``, ``RDR003``).
        """
        with self._worker(one, backend) as worker:
            version = worker.ready().versions.get("keras", "?")
            for subject in subjects:
                outcome, size, reason = _read(worker, subject)
                yield Reading(one.name, version, backend.value, outcome, size, reason)

    def _worker(self, one: Reader, backend: Backend) -> Worker:
        environment = environment_of(one, backend, self.cache)
        scratch = self.slot.folder / "readers" / f"{one.name}-{backend}"
        return reader_worker(environment, scratch, [self.slot.folder / "checked"])


def _load_params(subject: Subject) -> dict[str, Any]:
    return {"path": str(subject.path), "custom_objects": list(subject.custom)}


def _run(worker: Worker, probes: Path) -> dict[str, Array]:
    return arrays_of(worker, worker.call("predict", {"probes": str(probes), "out": "outputs.safetensors"}))


def _read(worker: Worker, subject: Subject) -> tuple[ReaderOutcome, float | None, str]:
    """Outcome, worst relative error and reason."""
    try:
        described = worker.call("load", _load_params(subject))
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_LOAD, None, error_line(error.message)
    if subject.probes is None:
        return ReaderOutcome.UNCOMPARED, None, subject.reference
    try:
        outputs = _run(worker, subject.probes)
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_RUN, None, error_line(error.message)
    names = described["output_names"]
    precision = subject.described["precision"]
    comparisons = compare_cases(subject.references, outputs, names, precision, subject.tolerance)
    worst = bounded(max((comparison.max_rel for comparison in comparisons), default=0.0))
    reason = next((comparison.reason for comparison in comparisons if not comparison.equal), "")
    outcome = ReaderOutcome.DIFFERS if reason else ReaderOutcome.EQUAL
    return outcome, worst, reason


def check_archives(
    paths: Sequence[tuple[Path, str]],
    readers: Sequence[Reader],
    backends: Sequence[Backend],
    folder: Path,
    options: Options,
    cache: Path | None = None,
) -> list[CheckedArchive]:
    """Every archive in every reader.

    Args:
        paths: archives, each with its name in the report.
        readers: releases of Keras 3.
        backends: below each of them.
        folder: to work in.
        options: trust, tolerance, seed, custom objects.
        cache: folder of environments; None for the user's.
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
        readings: dict[str, list[Reading]] = {subject.source: [] for subject in subjects}
        for one in readers:
            for backend in backends:
                try:
                    found = list(checker.read_all(one, backend, subjects))
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
            source, known[source].described["version"], known[source].reference, readings[source]
        )
        for _, source in paths
    ]
