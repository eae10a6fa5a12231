"""Signatures of a SavedModel: called on probes and on recorded inputs, and compared key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import InputSpec, described_input
from migrate.parity.probes import Attempt, attempts, make_probes
from migrate.pipeline.answers import arrays_of
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.reference import Reference
from migrate.pipeline.request import ArtifactRequest
from migrate.printable import one_line
from migrate.worlds.contracts.reader import DescribedSavedModel
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot

Signatures = Mapping[str, Mapping[str, Any]]


def take_signature_references(
    slot: Slot, info: DescribedSavedModel, signatures: Signatures, seed: int, progress: Progress
) -> dict[str, Reference]:
    """Run every signature of the untouched graph on probes; a signature that no probe fits stays unproven.

    Args:
        slot: its legacy world has loaded the SavedModel.
        info: the reader's description: ``examples`` describes the serialised examples, ``words`` the tables' words.
        signatures: name to inputs and outputs.
        seed: of the probes.
        progress: collects a finding for each signature that could not be run.
    """
    references = {}
    for number, (name, signature) in enumerate(signatures.items()):
        probes = slot.inputs / f"signature{number}.safetensors"
        call = {
            "signature": name,
            "probes": str(probes),
            "inputs": [e["name"] for e in signature["inputs"]],
            "outputs": [e["name"] for e in signature["outputs"]],
            "out": f"signature{number}.safetensors",
        }
        refusal = ""
        for specs, attempt in _guesses(name, signature, info):
            save_arrays(probes, make_probes(specs, attempt, seed))
            try:
                reply = slot.legacy.call("predict_signature", call)
            except WorldError as error:
                refusal = refusal or one_line(error.message, 200)
                continue
            outputs = arrays_of(slot.legacy, reply)
            references[name] = Reference("original", signature, probes, outputs, ())
            break
        else:
            progress.findings.append(
                Finding(
                    "PAR005",
                    Severity.WARNING,
                    f"signature {name!r} was not compared: {refusal}",
                    "Record inputs and outputs with the original framework as MODEL.golden.npz next to the model.",
                    name,
                )
            )
    return references


def _guesses(
    name: str, signature: Mapping[str, Any], info: DescribedSavedModel
) -> Iterator[tuple[list[InputSpec], Attempt]]:
    """The possible inputs, in the order to try: if images are decoded, all strings or one of them contain images."""
    strings = [entry["name"] for entry in signature["inputs"] if entry["dtype"] == "string"]
    decoded = [frozenset[str]()]
    if info.decodes_images and strings:
        several = [frozenset([string]) for string in strings] if len(strings) > 1 else []
        decoded = [frozenset(strings), *several, frozenset()]
    for images in decoded:
        specs = [_input_spec(entry, name, info, images) for entry in signature["inputs"]]
        for attempt in attempts(specs):
            yield specs, attempt


def _input_spec(
    entry: Mapping[str, Any], signature: str, info: DescribedSavedModel, images: frozenset[str]
) -> InputSpec:
    if entry["dtype"] != "string":
        return described_input(entry)
    features = info.examples.get(signature, {}).get(entry["name"], ())
    words = tuple(info.words)
    return described_input(entry, words=words, examples=features, images=entry["name"] in images)


def witnesses_of(references: Mapping[str, Reference]) -> list[tuple[str, ReferenceRun]]:
    """One reference run for each reference, by signature."""
    return [
        (name, ReferenceRun(r.evidence, f"signature {name!r}", r.probes, r.outputs, endpoint=name))
        for name, r in references.items()
    ]


def recorded_calls(
    request: ArtifactRequest, slot: Slot, signatures: Signatures
) -> list[tuple[str, ReferenceRun]]:
    """Recorded calls of signatures, if the user has them."""
    path = request.golden or find_golden(request.path)
    if path is None:
        return []
    witnesses = []
    for number, (name, recorded) in enumerate(recording_in(slot, path).signatures.items()):
        signature = signatures.get(name)
        if signature is None:
            raise MigrationError(
                "PAR003", f"{path.name} records {name!r}, which is not a signature of the model"
            )
        inputs = {f"0/{i}": recorded.inputs[e["name"]] for i, e in enumerate(signature["inputs"])}
        outputs = {f"0/{i}": recorded.outputs[e["name"]] for i, e in enumerate(signature["outputs"])}
        probes = slot.inputs / f"recorded{number}.safetensors"
        save_arrays(probes, inputs)
        label = f"{name!r} of {path.name}"
        witnesses.append((name, ReferenceRun("golden", label, probes, outputs, endpoint=name)))
    return witnesses


def must_be_dense(orders: Mapping[str, Mapping[str, list[str]]], signatures: Signatures) -> None:
    """Refuse signatures of which TensorFlow makes several arguments, or results, of one key.

    Args:
        orders: signature to the keys of its ``inputs`` and ``outputs`` as the file has them.
        signatures: as TensorFlow loaded them.

    Raises:
        MigrationError: ``EXP030``.
    """
    for name, order in orders.items():
        for side in ("inputs", "outputs") if name in signatures else ():
            split = [key for key in order[side] if key not in {e["name"] for e in signatures[name][side]}]
            if split:
                raise MigrationError(
                    "EXP030",
                    f"signature {name!r} has sparse or ragged {side}: {', '.join(split[:5])}",
                    "Serve the old SavedModel as it is, or save it again with dense tensors in its signature.",
                    place=name,
                )


def must_keep_signatures(old: Signatures, new: Signatures) -> None:
    """Refuse if a signature, a key, a dtype or a dimension got lost.

    Raises:
        MigrationError: ``EXP005``.
    """
    for name, signature in old.items():
        for side in ("inputs", "outputs"):
            before = {e["name"]: (e["dtype"], e["shape"]) for e in signature[side]}
            after = {e["name"]: (e["dtype"], e["shape"]) for e in new.get(name, {}).get(side, [])}
            if name not in new or (before != after if side == "inputs" else before.keys() != after.keys()):
                raise MigrationError(
                    "EXP005",
                    f"signature {name!r} would change: {side} {before} became {after}",
                    "This is a bug in the exporter; please report the model.",
                    place=name,
                )
