"""The ``.keras`` of a SavedModel: from the layers of its metadata, or from the user's class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from migrate.capsule.ends import DescribedModel, Signatures, told
from migrate.capsule.model import Model, Topology, structure_refs
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.outcomes import WORKER_ENDED
from migrate.pipeline.layered import migrate_layers
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, outputs_of
from migrate.pipeline.reference import Reference, question_of
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.staging import Staged
from migrate.pipeline.subclassed import migrate_subclassed, report_classes
from migrate.pipeline.translated import legacy_structure
from migrate.worlds.contracts.reader import DescribedSavedModel
from migrate.worlds.contracts.saved_models import PredictCall
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot


def migrate_natively(
    request: ArtifactRequest,
    options: Options,
    slot: Slot,
    staged: Staged,
    references: Mapping[str, Reference],
    signatures: Signatures,
    progress: Progress,
) -> dict[str, Path]:
    """The ``.keras``; a refusal becomes a finding, because the signatures can still be kept."""
    only_keras = msgspec.structs.replace(options, targets=options.targets - {Target.SAVED_MODEL})
    try:
        with progress.phase("translate"):
            progress.classes = None  # unknown until the reader has answered
            translated = slot.reader.ask(question_of(staged, options))
            progress.rules, progress.classes = translated.rules, translated.classes
            progress.findings += translated.findings
            translated.must_be_translated()
        reference = _reference_of_model(legacy_structure(slot), references.get(DEFAULT_SIGNATURE))
        migrate = partial(migrate_layers, request, only_keras, slot, staged, translated, progress)
        try:
            written = migrate(reference)
        except MigrationError as error:
            if error.code != "PAR001" or reference is None:
                raise
            # The author's own signature may do more than call the model: the model itself decides.
            _forget_comparisons(progress)
            written = migrate(None)
            if not _is_own_call(slot, options, progress):
                raise
            progress.findings.append(_computes_more(error))
    except MigrationError as error:
        _report_signatures_only(error, progress)
        return {}
    progress.signatures = {"old": told(signatures), "new": progress.signatures["new"]}
    return dict(written.parts)


def migrate_class(
    path: Path,
    options: Options,
    slot: Slot,
    staged: Staged,
    info: DescribedSavedModel,
    signatures: Signatures,
    witnesses: Sequence[tuple[str, ReferenceRun]],
    progress: Progress,
) -> dict[str, Path]:
    """The ``.keras`` of a model whose class the user supplied; without it, a finding names the missing class."""
    if not staged.custom_objects:
        report_classes(info, path, progress)
        return {}
    calls = [witness for name, witness in witnesses if name == DEFAULT_SIGNATURE]
    try:
        return migrate_subclassed(slot, staged, options, signatures.get(DEFAULT_SIGNATURE), calls, progress)
    except MigrationError as error:
        progress.training = {}
        _report_signatures_only(error, progress)
        return {}


def _report_signatures_only(error: MigrationError, progress: Progress) -> None:
    """A refusal of the layers becomes a finding, because the signatures can still be kept.

    Raises:
        MigrationError: the refusal itself, if a worker ended.
    """
    if error.code in WORKER_ENDED:
        raise error
    _forget_comparisons(progress)
    progress.rules = ()
    progress.findings.append(
        Finding(
            "EXP002",
            Severity.WARNING,
            f"no .keras was created ({error.code}): {error.message}",
            error.hint or "The SavedModel still works through its signatures.",
            error.place,
        )
    )


def _forget_comparisons(progress: Progress) -> None:
    """Discard the results of the comparison so far."""
    progress.comparisons.clear()
    progress.witnesses.clear()
    progress.profile.clear()
    progress.first_divergent, progress.coverage = None, None


def _is_own_call(slot: Slot, options: Options, progress: Progress) -> bool:
    """Whether the file's own graph for the model's call gives the same outputs as tf-keras with its layers."""
    witness = progress.witnesses[-1]
    try:
        outputs = outputs_of(slot.legacy, PredictCall(witness.probes))
    except WorldError:
        return False
    comparator = Comparator([], "", options.tolerance)
    return all(comparison.equal for comparison in comparator.compare(outputs, witness.outputs))


def _computes_more(error: MigrationError) -> Finding:
    return Finding(
        "EXP027",
        Severity.WARNING,
        f"{DEFAULT_SIGNATURE!r} computes something different from the model of its layers ({error.message}); the "
        ".keras is the model, compared with tf-keras and with the file's own call of the model",
        "Keep calling the SavedModel where you need the signature's own processing.",
        DEFAULT_SIGNATURE,
    )


def _reference_of_model(model: Model, reference: Reference | None) -> Reference | None:
    """The default signature as a reference for the model: its keys arranged as the model's inputs and outputs."""
    if reference is None:
        return None
    wanted_inputs, wanted_outputs = _endpoints(model)
    inputs, outputs = reference.described.inputs, reference.described.outputs
    input_order = _arrange(reference.described.input_keys, wanted_inputs)
    output_order = _arrange(reference.described.output_keys, wanted_outputs)
    if input_order is None or output_order is None:
        return None
    arrays = load_arrays(reference.probes)
    rearranged = {
        f"{k.split('/')[0]}/{input_order.index(int(k.split('/')[1]))}": a for k, a in arrays.items()
    }
    probes = reference.probes.with_name("model_probes.safetensors")
    save_arrays(probes, rearranged)
    expected = {
        f"{k.split('/')[0]}/{output_order.index(int(k.split('/')[1]))}": a
        for k, a in reference.outputs.items()
    }
    described = DescribedModel(
        tuple(inputs[i] for i in input_order),
        tuple(outputs[i] for i in output_order),
        tuple(outputs[i].name for i in output_order),
    )
    return Reference(reference.evidence, described, probes, expected, ())


def _endpoints(model: Model) -> tuple[list[str], list[str]]:
    if model.topology is Topology.SEQUENTIAL:
        return [model.layers[0].name], [model.layers[-1].name]
    return [r.layer for r in structure_refs(model.inputs)], [r.layer for r in structure_refs(model.outputs)]


def _arrange(keys: list[str], wanted: list[str]) -> list[int] | None:
    """Position in ``keys`` for each wanted name; None if the names do not show it."""
    if len(keys) != len(wanted):
        return None
    if len(keys) == 1:
        return [0]
    seen: dict[str, int] = {}
    order = []
    for name in wanted:
        count = seen.get(name, 0)
        seen[name] = count + 1
        key = f"{name}_{count}" if count else name
        if key not in keys:
            return None
        order.append(keys.index(key))
    return order
