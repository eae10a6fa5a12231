"""``--lift``: a graph without layers becomes a ``.keras`` with layers, proven like any other model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from migrate.capsule.ends import Signature, Signatures, told
from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import Format
from migrate.formats.limits import sha256_of
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.formats.tfjs import tfjs_digest
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import described_input
from migrate.parity.probes import attempts, make_probes
from migrate.pipeline.answers import saved_by, structure_of
from migrate.pipeline.comparison import compare_reloaded
from migrate.pipeline.coverage import measure
from migrate.pipeline.deploy import deploy, report_undeployed
from migrate.pipeline.layered import golden_witness, write_proof
from migrate.pipeline.limits import report_channels_first
from migrate.pipeline.probing import Loaders
from migrate.pipeline.progress import Progress, ReferenceRun, Written
from migrate.pipeline.proof import Comparator, must_agree, outputs_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.reference import Reference
from migrate.pipeline.request import ArtifactRequest, Options, Target
from migrate.pipeline.staging import Staged
from migrate.printable import one_line
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.modern import LiftGraph, LiftSignature, Save
from migrate.worlds.contracts.reader import Facts
from migrate.worlds.contracts.saved_models import LoadGraph, PredictGraph, ServeGraph, Stored
from migrate.worlds.contracts.stock import CallSavedModel
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

HUB_DEFAULT = "default"
_UNLIFTABLE = frozenset(
    {
        "EXP020",
        "EXP021",
        "CFG061",
        "CFG063",
        "CFG064",
        "CFG066",
        "CFG067",
        "CFG099",
        "PAR001",
        "RUN005",
        "WGT013",
    }
)
"""Reasons that affect only the layers; the SavedModel can still be written."""


def lift_signature(
    slot: Slot,
    stored: Stored,
    signatures: Signatures,
    references: Mapping[str, Reference],
    recorded: Sequence[tuple[str, ReferenceRun]],
    options: Options,
    progress: Progress,
) -> dict[str, Path]:
    """A ``.keras`` of the default signature (or the only one), proven with that signature's reference runs.

    A refusal becomes a finding that names the operation, because the signatures are kept in any case.
    """
    name = next((n for n in (DEFAULT_SIGNATURE, HUB_DEFAULT) if n in signatures), None) or next(
        iter(signatures)
    )
    witnesses = [witness for key, witness in recorded if key == name]
    if name in references:
        reference = references[name]
        label = f"signature {name!r}"
        witnesses.append(
            ReferenceRun(reference.evidence, label, reference.probes, reference.outputs, endpoint=name)
        )
    try:
        parts = _build_and_prove(
            slot,
            LiftSignature(stored.path, name, stored.orders, stored.tags),
            signatures[name],
            witnesses,
            options,
            progress,
            saved_model=False,
        )
    except MigrationError as error:
        if error.code not in _UNLIFTABLE:
            raise
        progress.findings.append(error.finding(Severity.WARNING))
        return {}
    others = sorted(signatures.keys() - {name})
    note = f"the .keras has the signature {name!r}" + (
        f"; the SavedModel also has {others}" if others else ""
    )
    progress.findings.append(Finding("EXP022", Severity.INFO, note))
    return parts


def migrate_graph(
    request: ArtifactRequest, options: Options, slot: Slot, staged: Staged, progress: Progress
) -> Written:
    """A frozen graph, or a TensorFlow.js graph model, as layers. The placeholders are the inputs, and the outputs are
    the unused results if the graph states none.

    A graph that layers cannot express becomes a SavedModel, with a finding that names the operation.

    Raises:
        MigrationError: ``EXP020`` or ``EXP021`` if layers cannot express it and no SavedModel is wanted,
            ``PAR001`` if the SavedModel's numbers differ.
    """
    converted = staged.format is Format.TFJS_GRAPH
    digest = tfjs_digest(staged.source) if converted else sha256_of(staged.source)
    progress.facts = Facts(digest, staged.format.value, None, None, "tensorflow")
    progress.classes = []
    slot.warm()
    with progress.phase("reference"):
        loaded = slot.legacy.ask(LoadGraph(staged.source))
        described = loaded.ends
        witnesses = _recorded(request, slot)
        evidence = "reconstructed" if converted else "original"  # TensorFlow itself reads no model.json
        witnesses += _own_answers(slot, staged.source, described, evidence, options, progress)
    saved_model = Target.SAVED_MODEL in options.targets
    try:
        parts = _build_and_prove(
            slot,
            LiftGraph(staged.source),
            described,
            witnesses,
            options,
            progress,
            saved_model=saved_model,
        )
    except MigrationError as error:
        if error.code not in _UNLIFTABLE or not saved_model:
            raise
        progress.findings.append(error.finding(Severity.WARNING))
        report_undeployed(options, progress)
        report_channels_first(loaded.channels_first, progress)
        parts = _serve(slot, staged.source, described, witnesses, options, progress)
    return Written(parts)


def _own_answers(
    slot: Slot,
    path: Path,
    described: Signature,
    evidence: str,
    options: Options,
    progress: Progress,
) -> list[ReferenceRun]:
    """The graph's own outputs for the first probes that it accepts; a finding if it accepts none."""
    specs = [described_input(entry) for entry in described.inputs]
    probes = slot.inputs / "probes.safetensors"
    refusal = ""
    for attempt in attempts(specs):
        save_arrays(probes, make_probes(specs, attempt, options.seed or 0))
        try:
            outputs = outputs_of(slot.legacy, PredictGraph(probes, path=path))
        except WorldError as error:
            refusal = refusal or one_line(error.message, 200)
            continue
        return [ReferenceRun(evidence, "the graph itself", probes, outputs)]
    progress.findings.append(
        Finding(
            "PAR005",
            Severity.WARNING,
            f"the graph was not compared on probes: {refusal}",
            "Record inputs and outputs with the original framework as MODEL.golden.npz next to the model.",
        )
    )
    return []


def _serve(
    slot: Slot,
    path: Path,
    described: Signature,
    witnesses: Sequence[ReferenceRun],
    options: Options,
    progress: Progress,
) -> dict[str, Path]:
    """A frozen graph that layers cannot express, as a SavedModel with one signature."""
    judge = Comparator(described.output_keys, "", options.tolerance)
    with progress.phase("write"):
        reply = slot.modern.ask(ServeGraph(path))
        written = take(slot.modern, reply.saved_model, "saved_model")
    with progress.phase("reload"):
        for witness in witnesses:
            call = CallSavedModel(
                witness.probes, path=written, inputs=described.input_keys, outputs=list(judge.names)
            )
            results = outputs_of(slot.stock, call)
            comparisons = judge.compare(witness.outputs, results)
            must_agree(comparisons, "the SavedModel of the graph")
            progress.comparisons += comparisons
            progress.witnesses.append(witness)
    return {"saved_model": written}


def _recorded(request: ArtifactRequest, slot: Slot) -> list[ReferenceRun]:
    path = request.golden or find_golden(request.path)
    if path is None:
        return []
    return [golden_witness(slot, path.name, recording_in(slot, path))]


def _build_and_prove(
    slot: Slot,
    call: LiftGraph | LiftSignature,
    old: Signature,
    witnesses: Sequence[ReferenceRun],
    options: Options,
    progress: Progress,
    *,
    saved_model: bool,
) -> dict[str, Path]:
    """Lift in the modern world, compare, write, load again as a user will, compare again."""
    input_names = old.input_keys
    judge = Comparator(old.output_keys, "", options.tolerance)
    with progress.phase("lift"):
        described = slot.modern.ask(call)
        progress.legacy = structure_of(slot.modern, "lifted")
    progress.signatures |= {
        "new": {**told(described), "input_names": input_names, "output_names": list(judge.names)}
    }
    progress.signatures.setdefault("old", told(old))
    proof = Progress(legacy=progress.legacy, witnesses=list(witnesses))
    with progress.phase("compare"):
        for witness in witnesses:
            comparisons = judge.compare(witness.outputs, outputs_of(slot.modern, Predict(witness.probes)))
            must_agree(comparisons, f"the lifted model, compared with {witness.label}")
            proof.comparisons += comparisons
    with progress.phase("cover"):
        loaders = Loaders(lambda: None, lambda: slot.modern.ask(call))  # the legacy world is not used
        measure(slot, judge, loaders, proof)
        progress.coverage = proof.coverage
    with progress.phase("write"):
        wanted = Save(Target.KERAS in options.targets, saved_model, tuple(input_names), tuple(judge.names))
        written = saved_by(slot.modern, wanted)
    with progress.phase("reload"):
        compare_reloaded(slot, written, [], input_names, judge, proof)
    progress.comparisons += proof.comparisons
    progress.findings += proof.findings
    progress.witnesses += proof.witnesses
    deployed = deploy(slot, options, judge, witnesses, progress)
    parts = {path.name: path for path in written.values()} | deployed
    if witnesses:
        parts["proof.npz"] = write_proof(witnesses[0], slot.inputs / "proof.npz")
    return parts
