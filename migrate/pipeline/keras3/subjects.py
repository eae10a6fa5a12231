"""One Keras 3 archive as the subject of a check: staged, described, with its reference outputs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays
from migrate.dialects.keras3_minors.versions import Reader, reader, writer
from migrate.findings import MigrationError
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import described_input
from migrate.parity.probes import attempts, make_probes
from migrate.pipeline.keras3.workers import BROKEN, cause, load, run, version_of, worker_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import Options
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.staging import stage
from migrate.readers.environments import Backend
from migrate.worlds.contracts.keras3 import DescribedKeras3, DescribeKeras3, RewriteKeras3
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take
from migrate.worlds.host.worker import Worker

RECORDED_TOLERANCE = 1e-4
"""Relative tolerance against a recording from another backend, whose sums have a different order."""
PROOF, MODEL, CUSTOM = "proof.npz", "model.keras", "custom_objects.py"
UNRUN = f"{CUSTOM} next to it was not run: pass it with --custom-objects, or use --trust if you made it"
"""Whoever made the archive also made that file, and no command runs code without the user's consent."""
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """One archive, staged where workers can read it.

    Attributes:
        source: its name in the report.
        path: the staged file.
        described: the reader world's description.
        custom: files that define its custom classes.
        probes: file of inputs; None until there is a reference.
        references: outputs by ``case/output``.
        reference: their source, in words, or why there are none.
        nesting: the structure of outputs returned by the writer's ``predict``; empty if it was not run.
        tolerance: relative; None for the default of each dtype.
        unrun: the code next to it that the user did not allow to run; empty if there is none.
    """

    source: str
    path: Path
    described: DescribedKeras3
    custom: tuple[str, ...] = ()
    probes: Path | None = None
    references: Mapping[str, Array] = field(default_factory=dict)
    reference: str = ""
    nesting: str = ""
    tolerance: float | None = None
    unrun: str = ""

    def refused(self, error: MigrationError) -> str:
        """Why a reader does not load or run it."""
        return "; ".join(filter(None, (cause(error.message), self.unrun)))


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A subject for some of the readers.

    Attributes:
        file: name of its archive in the outputs.
        subject: with that archive.
        readers: that it is for.
        rules: codes of the rules that changed it.
    """

    file: str
    subject: Subject
    readers: tuple[Reader, ...]
    rules: list[str]


@dataclass(frozen=True, slots=True)
class Checker:
    """Where and how a check works.

    Attributes:
        slot: its reader examines the archives; its folder contains the staged files.
        options: trust, tolerance, seed.
        cache: folder of environments; None for the user's.
        backend: of the Keras that wrote an archive, when it computes the reference.
    """

    slot: Slot
    options: Options
    cache: Path | None = None
    backend: Backend = Backend.JAX

    def subject(self, path: Path, source: str) -> Subject:
        """Stage and describe an archive, with the recording next to it, if there is one.

        Raises:
            MigrationError: it cannot be read, is unsafe, or is not a Keras 3 archive (``RDR005``).
        """
        staged = stage(path, self.options, self.slot)
        must_be_safe(self.slot, staged.scanned, self.options.trust)
        subject = self.staged(staged.source, path, source)
        staged.source.unlink()  # the next one has the same name
        return subject

    def staged(self, file: Path, path: Path, source: str) -> Subject:
        """The same for an archive that was already staged as ``file`` and scanned."""
        folder = self.slot.inputs / "checked" / str(len(list(self.slot.inputs.glob("checked/*"))))
        folder.mkdir(parents=True)
        kept = folder / MODEL
        shutil.copyfile(file, kept)
        described = self.slot.reader.ask(DescribeKeras3(kept))
        beside = [path.with_name(CUSTOM)] if path.name == MODEL and path.with_name(CUSTOM).is_file() else []
        wanted = [*self.options.custom_objects, *(beside if self.options.trust else [])]
        given = list(dict.fromkeys(code.resolve() for code in wanted if code.is_file()))
        unrun = UNRUN if any(code.resolve() not in given for code in beside) else ""
        names = []
        for number, code in enumerate(given):
            shutil.copyfile(code, folder / f"{number}_{code.name}")
            names.append(str(folder / f"{number}_{code.name}"))
        self.slot.runs_foreign_code |= bool(names)
        return self._with_recording(path, Subject(source, kept, described, tuple(names), unrun=unrun))

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
        """The subjects with the outputs of the Keras that wrote each archive, if nothing was recorded."""
        result = {subject.source: subject for subject in subjects}
        for (version, backend), mine in self._by_writer(subjects).items():
            try:
                worker = worker_of(self.slot, writer(version), backend, self.cache)
                version_of(worker)
                for subject in mine:
                    result[subject.source] = self._written_by(worker, subject, version)
            except MigrationError as error:
                for subject in mine:
                    result[subject.source] = replace(subject, reference=f"{error.code}: {error.message}")
        return list(result.values())

    def _by_writer(self, subjects: Sequence[Subject]) -> dict[tuple[str, Backend], list[Subject]]:
        """Subjects without a recording, by the Keras that wrote them and a backend that computes them correctly."""
        found: dict[tuple[str, Backend], list[Subject]] = {}
        for subject in subjects:
            if subject.probes is None:
                unsound = self.backend is Backend.NUMPY and subject.described.has_masks
                key = subject.described.version, Backend.JAX if unsound else self.backend
                found.setdefault(key, []).append(subject)
        return found

    def _written_by(self, worker: Worker, subject: Subject, version: str) -> Subject:
        try:
            described = load(worker, subject.path, subject.custom)
            specs = [
                described_input(entry, **subject.described.uses.get(entry.name, {}))
                for entry in described.inputs
            ]
        except BROKEN as error:
            return replace(subject, reference=f"Keras {version} does not load it: {subject.refused(error)}")
        reason = ""
        for attempt in islice(attempts(specs), _ATTEMPTS):
            probes = subject.path.with_name("probes.safetensors")
            save_arrays(probes, make_probes(specs, attempt, self.options.seed or 0))
            try:
                answered = run(worker, probes)
            except BROKEN as error:
                reason = subject.refused(error)
                continue
            return replace(
                subject,
                probes=probes,
                references=answered.outputs,
                reference=f"computed by Keras {version}",
                nesting=answered.nesting,
                tolerance=self.options.tolerance,
            )
        return replace(subject, reference=f"Keras {version} does not run it: {reason}")

    def rewritten(self, subject: Subject, readers: str) -> list[Rewritten]:
        """A subject with its archive rewritten for the named readers; several if they cannot share one.

        Raises:
            MigrationError: ``RDR005`` if it is not a Keras 3 archive.
        """
        found = []
        for one in self.slot.reader.ask(RewriteKeras3(subject.path, readers)).archives:
            file = subject.path.with_name(f"for-{'-'.join(one.readers)}.keras")
            shutil.move(take(self.slot.reader, one.file, MODEL), file)
            mine = tuple(map(reader, one.readers))
            found.append(Rewritten(Path(one.file).name, replace(subject, path=file), mine, one.rules))
        return found
