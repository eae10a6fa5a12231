"""Compare two artifacts of any supported kinds: their interfaces, and the numbers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from migrate.bytecode.definitions import known_values
from migrate.capsule.ends import Ends, Signature
from migrate.capsule.store import load_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.parity.compare import Comparison
from migrate.parity.vacuous import vacuous_outputs
from migrate.pipeline.evidence import Weighed, weigh_endpoint
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, outputs_of
from migrate.pipeline.reference import Reference, question_of, take_reference
from migrate.pipeline.request import Options
from migrate.pipeline.safety import must_be_safe
from migrate.pipeline.saved_model import read_saved_model, stored
from migrate.pipeline.signatures import must_keep_signatures, take_signature_references
from migrate.pipeline.staging import Staged, stage
from migrate.worlds.contracts.reader import InspectMany
from migrate.worlds.contracts.saved_models import LoadSavedModel
from migrate.worlds.contracts.stock import (
    CallSavedModel,
    DescribeSignatures,
    LoadKeras,
    PredictLoaded,
)
from migrate.worlds.host.answers import inspection_of
from migrate.worlds.host.pool import Slot


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a comparison.

    Attributes:
        comparisons: numbers, one per output and signature.
        findings: differences in the interface, and signatures that could not be compared.
    """

    comparisons: tuple[Comparison, ...]
    findings: tuple[Finding, ...]

    @property
    def equal(self) -> bool:
        """Whether something was compared and nothing differs."""
        return bool(self.comparisons) and not self.findings and all(c.equal for c in self.comparisons)


def verify(old: Path, new: Path, options: Options, slots: tuple[Slot, Slot]) -> Verdict:
    """Run the old artifact on probes, the new one on the same probes, and compare.

    Args:
        old: legacy model, weights with an architecture, checkpoint or SavedModel.
        new: Keras 3 ``.keras``, or a SavedModel.
        options: custom objects, architecture, tolerance, trust.
        slots: one for each artifact.

    Raises:
        MigrationError: an artifact cannot be read or run; ``PAR006`` if the kinds cannot be compared.
    """
    progress = Progress()
    staged = stage(new, options, slots[1])
    _must_be_modern(new, staged, slots[1])
    references = _references_of(old, options, slots[0], progress)
    must_be_safe(slots[1], staged.scanned, options.trust)
    if staged.format is Format.SAVED_MODEL:
        comparisons = _against_saved_model(references, staged, options, slots[1], progress)
    else:
        comparisons = [_against_keras(references, staged, options, slots[1])]
    for name, reference in references.items():
        progress.findings += _says_nothing(name, reference)
    for slot in slots:
        slot.must_have_had_room()
    findings = [f for f in progress.findings if f.severity is not Severity.INFO]
    return Verdict(tuple(c for part in comparisons for c in part), tuple(findings))


def _must_be_modern(new: Path, staged: Staged, slot: Slot) -> None:
    """Refuse a second artifact written by Keras 2: a migration cannot be checked without its result.

    Raises:
        MigrationError: ``PAR006``.
    """
    if staged.format is Format.SAVED_MODEL:
        return
    found = inspection_of(new, slot.reader.ask(InspectMany([new])).answers[0])
    if isinstance(found, MigrationError):
        raise found
    written = found.writer.keras or ""
    if staged.format in (Format.KERAS_ARCHIVE, Format.HDF5_MODEL) and not written.startswith(("0", "1", "2")):
        return
    what = f"Keras {written} wrote it" if written else f"it is {found.detail}"
    raise MigrationError(
        "PAR006",
        f"{new.name} is not a Keras 3 model: {what}; both artifacts are legacy",
        "Name the legacy artifact first and its migrated model.keras or SavedModel second; `keras-migrate models "
        "OLD --out DIR` creates one.",
    )


def _says_nothing(name: str, reference: Reference) -> list[Finding]:
    """``PAR008`` for each output for which the old artifact gives no evidence."""
    run = ReferenceRun(
        reference.evidence, f"{name!r} of the old artifact", reference.probes, reference.outputs
    )
    vacuous = vacuous_outputs(load_arrays(reference.probes), reference.outputs)
    names = reference.described.served_names()
    return weigh_endpoint([Weighed(run, vacuous)], names)[0]


def _references_of(path: Path, options: Options, slot: Slot, progress: Progress) -> dict[str, Reference]:
    """The outputs of the old artifact, by signature; a layer model counts as the default signature."""
    staged = stage(path, options, slot)
    known = known_values(staged.sources(), options.define)
    graph = staged.format is Format.SAVED_MODEL
    must_be_safe(slot, staged.scanned, options.trust, interprets=True, defined=known, graph_computes=graph)
    if staged.format is Format.SAVED_MODEL:
        info = read_saved_model(slot, staged, progress)
        signatures = slot.legacy.ask(LoadSavedModel(stored(staged, info))).signatures
        return take_signature_references(slot, info, signatures, options.seed or 0, progress)
    translated = slot.reader.ask(question_of(staged, options))
    translated.must_be_translated()
    return {DEFAULT_SIGNATURE: take_reference(slot, staged, translated, options)}


def _against_saved_model(
    references: Mapping[str, Reference], staged: Staged, options: Options, slot: Slot, progress: Progress
) -> list[list[Comparison]]:
    described = slot.stock.ask(DescribeSignatures(staged.source)).signatures
    old = {name: _signature(reference.described) for name, reference in references.items()}
    try:
        must_keep_signatures(old, described)
    except MigrationError as error:
        progress.findings.append(error.finding())
        return []
    comparisons = []
    for name, reference in references.items():
        judge = Comparator(old[name].output_keys, "", options.tolerance)
        stateful = isinstance(reference.described, Signature) and reference.described.stateful
        call = CallSavedModel(
            _bring(reference.probes, slot),
            reference.calls,
            path=staged.source,
            signature=name,
            inputs=old[name].input_keys,
            outputs=list(judge.names),
            stateful=stateful or reference.calls > 1,
        )
        results = outputs_of(slot.stock, call)
        comparisons.append(judge.compare(reference.outputs, results))
    return comparisons


def _signature(described: Ends) -> Ends:
    """A model's inputs and outputs under the keys with which it is served."""
    keyed = zip(described.outputs, described.served_names(), strict=True)
    outputs = tuple(msgspec.structs.replace(entry, name=name) for entry, name in keyed)
    return Ends(described.inputs, outputs)


def _against_keras(
    references: Mapping[str, Reference], staged: Staged, options: Options, slot: Slot
) -> list[Comparison]:
    reference = references.get(DEFAULT_SIGNATURE)
    if reference is None:
        raise MigrationError(
            "PAR006",
            "a .keras model has a single signature, and the old artifact has no serving_default",
            "Compare with the exported SavedModel, which keeps every signature.",
        )
    described = slot.stock.ask(LoadKeras(staged.source, tuple(staged.for_modern)))
    judge = Comparator(described.served_names(), "", options.tolerance)
    call = PredictLoaded(_bring(reference.probes, slot), reference.calls)
    return judge.compare(reference.outputs, outputs_of(slot.stock, call))


def _bring(probes: Path, slot: Slot) -> Path:
    """The same probes in a place where the workers of another slot can read them."""
    target = slot.inputs / probes.name
    shutil.copyfile(probes, target)
    return target
