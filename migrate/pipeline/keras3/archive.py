"""Rewrite a Keras 3 archive for other releases and test each of them; the release that wrote it is the reference."""

from __future__ import annotations

from pathlib import Path

from migrate.dialects.keras3_minors.versions import parse_targets
from migrate.dialects.rule import Fired
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.limits import sha256_of
from migrate.pipeline.keras3.reading import backend_for, must_read
from migrate.pipeline.keras3.subjects import CUSTOM, PROOF, Checker
from migrate.pipeline.layered import write_proof
from migrate.pipeline.progress import Progress, ReferenceRun, Written
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.pipeline.staging import Staged
from migrate.worlds.contracts.keras3 import DescribeKeras3
from migrate.worlds.contracts.reader import Facts
from migrate.worlds.host.pool import Slot


def is_keras3(slot: Slot, staged: Staged, options: Options) -> bool:
    """Whether an artifact is a Keras 3 archive that is to be rewritten."""
    if staged.format is not Format.KERAS_ARCHIVE or not options.readers:
        return False
    try:
        slot.reader.ask(DescribeKeras3(staged.source))
    except MigrationError as error:
        if error.code == "RDR005":
            return False
        raise
    return True


def migrate_keras3(
    request: ArtifactRequest, options: Options, slot: Slot, staged: Staged, progress: Progress
) -> Written:
    """Rewrite an archive for the named readers, and compare it in each of them with what its writer computes.

    Raises:
        MigrationError: ``RDR004`` without a reference, ``RDR002`` and ``RDR003`` for a reader that cannot be installed,
            ``RDR006`` for one that does not load the result or computes something different (``RDR009``: due to int4).
    """
    assert options.readers is not None
    targets = parse_targets(options.readers)
    if targets.eras:
        raise MigrationError(
            "RDR007",
            f"no file for {targets.eras[0].name}: Keras 3 wrote the archive",
            "Migrate the file that Keras 2 wrote; nothing is converted back to Keras 2.",
        )
    checker = Checker(slot, options)
    digest = sha256_of(staged.source)
    with progress.phase("reference"):
        original = checker.staged(staged.source, request.path, request.source)
        (original,) = checker.with_references([original])
    version = original.described.version
    progress.facts = Facts(digest, Format.KERAS_ARCHIVE.value, version, None, None)
    if original.probes is None:
        raise MigrationError(
            "RDR004",
            f"there is nothing to compare with: {original.reference}",
            "Record inputs and outputs with the Keras that wrote it, as MODEL.golden.npz.",
        )
    with progress.phase("translate"):
        archives = checker.rewritten(original, options.readers)
        codes = sorted({code for one in archives for code in one.rules})
        progress.rules = [Fired(code, version) for code in codes]
    evidence = "golden" if original.reference.startswith("recorded") else "original"
    witness = ReferenceRun(evidence, original.reference, original.probes, original.references)
    progress.witnesses.append(witness)
    with progress.phase("readers"):
        found = must_read(slot, archives, backend_for(original.probes))
    progress.readings += [one.reading for one in found]
    progress.comparisons += found[0].comparisons
    names = [comparison.name for comparison in found[0].comparisons]
    progress.signatures = {"new": {"output_names": names}}
    parts = {one.file: one.subject.path for one in archives}
    parts[PROOF] = write_proof(witness, slot.inputs / PROOF)
    if original.custom:
        parts[CUSTOM] = Path(original.custom[-1])
    return Written(parts)
