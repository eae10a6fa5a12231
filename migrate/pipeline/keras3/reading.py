"""How Keras 3 releases read one archive, and the check that all of them get the same result."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from packaging.version import Version

from migrate.capsule.store import load_arrays
from migrate.dialects.keras3_minors.packing import packing_of
from migrate.dialects.keras3_minors.registry import UNPACKING
from migrate.dialects.keras3_minors.versions import Reader, reader
from migrate.findings import MigrationError
from migrate.parity.compare import Comparison, bounded, compare_cases
from migrate.pipeline.draws import without
from migrate.pipeline.keras3.subjects import MODEL, RECORDED_TOLERANCE, Checker, Rewritten, Subject
from migrate.pipeline.keras3.workers import BROKEN, load, run, version_of, worker_of
from migrate.pipeline.progress import Progress
from migrate.pipeline.proof import lowest_precision
from migrate.pipeline.request import Options
from migrate.readers.environments import Backend
from migrate.results import ReaderOutcome, Reading
from migrate.worlds.contracts.keras3 import DescribedKeras3
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.worker import Worker

_MASKS_WHOLE_ROWS = Version("3.10.dev0")
"""From this release on ``Softmax.call`` gives zero for them; before, it treats them as unmasked (keras#21149)."""


@dataclass(frozen=True, slots=True)
class ReadArchive:
    """The result of one reader for one archive: in short, and per output if there was something to compare."""

    reading: Reading
    comparisons: tuple[Comparison, ...] = ()


def read_all(
    slot: Slot, one: Reader, backend: Backend, subjects: Sequence[Subject], cache: Path | None = None
) -> Iterator[ReadArchive]:
    """The result of one reader for each archive, in their order.

    Raises:
        MigrationError: the environment cannot be created (``RDR002``, ``RDR003``).
    """
    worker = worker_of(slot, one, backend, cache)
    version = version_of(worker)
    for subject in subjects:
        outcome, reason, comparisons = _read(worker, subject)
        doubt = _doubt(one, backend, subject.described)
        if outcome is ReaderOutcome.EQUAL and doubt:
            outcome, reason = (
                ReaderOutcome.UNSOUND,
                f"equal on these inputs, but not guaranteed for others: {doubt}",
            )
        worst = max((comparison.max_rel for comparison in comparisons), default=None)
        size = None if worst is None else bounded(worst)
        yield ReadArchive(Reading(one.name, version, backend.value, outcome, size, reason), comparisons)


def _doubt(one: Reader, backend: Backend, described: DescribedKeras3) -> str:
    """Why a reader may compute something different for other inputs although it agrees on these; empty if not."""
    if described.has_masks and not backend.computes_masks(one.version):
        return f"{backend} computes masks wrongly before Keras 3.14"
    if described.masks_softmax and described.version:
        written = Version(described.version)
        if (written < _MASKS_WHOLE_ROWS) is not (one.version < _MASKS_WHOLE_ROWS):
            return "3.10 changed the softmax of fully masked rows"
    return ""


def _read(worker: Worker, subject: Subject) -> tuple[ReaderOutcome, str, tuple[Comparison, ...]]:
    """Outcome, reason, and the compared outputs."""
    try:
        described = load(worker, subject.path, subject.custom)
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_LOAD, subject.refused(error), ()
    if subject.probes is None:
        return ReaderOutcome.UNCOMPARED, subject.reference, ()
    if not subject.references:
        return ReaderOutcome.UNCOMPARED, "every output is random", ()
    try:
        answered = run(worker, subject.probes)
    except BROKEN as error:
        return ReaderOutcome.DOES_NOT_RUN, subject.refused(error), ()
    comparisons = compare_cases(
        subject.references,
        answered.outputs,
        described.output_names,
        subject.described.precision,
        subject.tolerance,
    )
    reason = next((comparison.reason for comparison in comparisons if not comparison.equal), "")
    reason = reason or next(iter(described.left_out), "")
    if not reason and subject.nesting and answered.nesting != subject.nesting:
        reason = f"predict returns {answered.nesting} in place of {subject.nesting} (* is an array)"
    return ReaderOutcome.DIFFERS if reason else ReaderOutcome.EQUAL, reason, tuple(comparisons)


def must_read(
    slot: Slot, archives: Sequence[Rewritten], backend: Backend, cache: Path | None = None
) -> list[ReadArchive]:
    """The result of each reader for its archive, which all of them must load and compute equally.

    Args:
        slot: whose workers read.
        archives: each for some of the readers.
        backend: of the readers.
        cache: folder of environments; None for the user's.

    Raises:
        MigrationError: ``RDR006`` with every one that does not, ``RDR009`` if int4 is the reason; ``RDR002`` and
            ``RDR003`` for one that is not available.
    """
    for one in [one for archive in archives for one in archive.readers]:
        worker_of(slot, one, backend, cache).start()  # they import in parallel
    found = [
        replace(read, reading=msgspec.structs.replace(read.reading, file=archive.file))
        for archive in archives
        for one in archive.readers
        for read in read_all(slot, one, backend, [archive.subject], cache)
    ]
    refusing = [read.reading for read in found if read.reading.outcome is not ReaderOutcome.EQUAL]
    if refusing:
        agreeing = [read.reading.reader for read in found if read.reading.outcome is ReaderOutcome.EQUAL]
        raise _refusal(refusing, agreeing, _kept_int4(archives))
    return found


def _kept_int4(archives: Sequence[Rewritten]) -> dict[str, Version]:
    """By reader, the writer of its archive if that still contains int4."""
    return {
        one.name: Version(archive.subject.described.version)
        for archive in archives
        if archive.subject.described.has_int4 and not UNPACKING & set(archive.rules)
        for one in archive.readers
    }


def _refusal(
    refusing: Sequence[Reading], agreeing: Sequence[str], kept_int4: Mapping[str, Version]
) -> MigrationError:
    """The hint for readers that disagree: the known reason, otherwise their own message."""
    others = f"Write for those that agree: --for {','.join(agreeing)}" if agreeing else ""
    if all(one.reader in kept_int4 for one in refusing):
        writer = kept_int4[refusing[0].reader]
        mine = packing_of(writer)
        theirs = {one.reader: packing_of(reader(one.reader).version) for one in refusing}
        if mine not in theirs.values():
            return MigrationError(
                "RDR009",
                f"the weights are int4 in layers that are not rewritten: Keras {writer}, which wrote them, {mine}; "
                + "; ".join(f"Keras {name} {packing}" for name, packing in theirs.items()),
                others or "Name releases that pack int4 as the writer does.",
            )
    return MigrationError(
        "RDR006",
        "; ".join(f"Keras {', '.join(versions)}: {told}" for told, versions in _by_reason(refusing).items()),
        others or "No reader agrees with the reference: record outputs as MODEL.golden.npz.",
    )


def _by_reason(readings: Sequence[Reading]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for reading in readings:
        told.setdefault(f"{reading.outcome}: {reading.reason}", []).append(reading.version)
    return told


def backend_for(probes: Path) -> Backend:
    """The backend of the readers for a model with these inputs: strings exist only on TensorFlow."""
    strings = any(array.dtype.kind in "OUS" for array in load_arrays(probes).values())
    return Backend.TENSORFLOW if strings else Backend.JAX


def prove_readers(
    slot: Slot, written: Path, objects: Sequence[str], options: Options, readers: str, progress: Progress
) -> dict[str, Path]:
    """Write a migrated model for each named release, and compare it with its reference there.

    Returns:
        the archives by name: one, or several if releases cannot share one.

    Raises:
        MigrationError: as `must_read`.
    """
    witness = progress.witnesses[-1]
    folder = slot.inputs / "written"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
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
        tolerance=options.tolerance or RECORDED_TOLERANCE,
    )
    archives = Checker(slot, options).rewritten(subject, readers)
    found = must_read(slot, archives, backend_for(witness.probes))
    progress.readings += [one.reading for one in found]
    return {one.file: one.subject.path for one in archives}
