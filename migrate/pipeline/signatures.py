"""Signatures of a SavedModel: called on probes and on recorded inputs, and compared key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from migrate.capsule.ends import Ends, Signature, Signatures, TensorSpec
from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.golden import find_golden
from migrate.parity.input_specs import InputSpec, described_input
from migrate.parity.probes import Attempt, attempts, make_probes
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import outputs_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.reference import Reference
from migrate.pipeline.request import ArtifactRequest
from migrate.printable import one_line
from migrate.worlds.contracts.reader import DescribedSavedModel
from migrate.worlds.contracts.saved_models import PredictSignature
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot


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
        call = PredictSignature(
            probes, signature=name, inputs=signature.input_keys, outputs=signature.output_keys
        )
        refusal = ""
        for specs, attempt in _guesses(name, signature, info):
            save_arrays(probes, make_probes(specs, attempt, seed))
            try:
                outputs = outputs_of(slot.legacy, call)
            except WorldError as error:
                refusal = refusal or one_line(error.message, 200)
                continue
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
    name: str, signature: Signature, info: DescribedSavedModel
) -> Iterator[tuple[list[InputSpec], Attempt]]:
    """The possible inputs, in the order to try: if images are decoded, all strings or one of them contain images."""
    strings = [entry.name for entry in signature.inputs if entry.dtype == "string"]
    decoded = [frozenset[str]()]
    if info.decodes_images and strings:
        several = [frozenset([string]) for string in strings] if len(strings) > 1 else []
        decoded = [frozenset(strings), *several, frozenset()]
    for images in decoded:
        specs = [_input_spec(entry, name, info, images) for entry in signature.inputs]
        for attempt in attempts(specs):
            yield specs, attempt


def _input_spec(
    entry: TensorSpec, signature: str, info: DescribedSavedModel, images: frozenset[str]
) -> InputSpec:
    if entry.dtype != "string":
        return described_input(entry)
    features = info.examples.get(signature, {}).get(entry.name, ())
    words = tuple(info.words)
    return described_input(entry, words=words, examples=features, images=entry.name in images)


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
        inputs = {f"0/{i}": recorded.inputs[key] for i, key in enumerate(signature.input_keys)}
        outputs = {f"0/{i}": recorded.outputs[key] for i, key in enumerate(signature.output_keys)}
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
        if name not in signatures:
            continue
        loaded = {"inputs": signatures[name].input_keys, "outputs": signatures[name].output_keys}
        for side, keys in loaded.items():
            split = [key for key in order[side] if key not in keys]
            if split:
                raise MigrationError(
                    "EXP030",
                    f"signature {name!r} has sparse or ragged {side}: {', '.join(split[:5])}",
                    "Serve the old SavedModel as it is, or save it again with dense tensors in its signature.",
                    place=name,
                )


def must_keep_signatures(old: Mapping[str, Ends], new: Mapping[str, Ends]) -> None:
    """Refuse if a signature, a key, a dtype or a dimension got lost.

    Raises:
        MigrationError: ``EXP005``.
    """
    for name, signature in old.items():
        served = new.get(name, Ends((), ()))
        inputs, outputs = _types(signature.inputs), _types(signature.outputs)
        if name not in new or inputs != _types(served.inputs):
            raise _changed(name, "inputs", inputs, _types(served.inputs))
        if outputs.keys() != _types(served.outputs).keys():
            raise _changed(name, "outputs", outputs, _types(served.outputs))


_Types = dict[str, tuple[str, list[int | None] | None]]
"""Key to dtype and shape."""


def _types(tensors: Sequence[TensorSpec]) -> _Types:
    return {e.name: (e.dtype, None if e.shape is None else list(e.shape)) for e in tensors}


def _changed(name: str, side: str, before: _Types, after: _Types) -> MigrationError:
    return MigrationError(
        "EXP005",
        f"signature {name!r} would change: {side} {before} became {after}",
        "This is a bug in the exporter; please report the model.",
        place=name,
    )
