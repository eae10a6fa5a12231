"""Migrate an artifact with layers: translate, build natively, prove, write, prove again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from migrate.capsule.ends import Ends, told
from migrate.capsule.store import load_arrays, save_arrays
from migrate.dialects.keras3_minors.versions import parse_targets
from migrate.findings import MigrationError, Severity
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE, argument_names
from migrate.outcomes import WORKER_ENDED
from migrate.parity.golden import Golden, find_golden
from migrate.pipeline.answers import saved_by
from migrate.pipeline.comparison import compare_built, compare_reloaded, compare_witness, is_small, release
from migrate.pipeline.coverage import measure, widen
from migrate.pipeline.deploy import deploy
from migrate.pipeline.domain import compare_unbounded
from migrate.pipeline.draws import drawn_by_code, drawn_outputs, must_repeat, without
from migrate.pipeline.keras3.eras import files_for_eras
from migrate.pipeline.keras3.reading import prove_readers
from migrate.pipeline.limits import report_keywords
from migrate.pipeline.own_code import CUSTOM, write_sources
from migrate.pipeline.probing import Loaders
from migrate.pipeline.progress import Progress, ReferenceRun, Written
from migrate.pipeline.proof import Comparator, lowest_precision, outputs_of
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.reference import Reference, take_reference
from migrate.pipeline.request import DEFAULT_TARGETS, ArtifactRequest, Options, Target
from migrate.pipeline.staging import Staged
from migrate.pipeline.training import carry_training, prove_training
from migrate.pipeline.training_mode import compare_training_mode
from migrate.pipeline.translated import legacy_structure, modern_objects, modern_structure
from migrate.pipeline.untouched import ask_stock_keras
from migrate.worlds.contracts.models import Predict
from migrate.worlds.contracts.modern import Build, Save
from migrate.worlds.contracts.reader import Translated
from migrate.worlds.host.pool import Slot


def migrate_layers(
    request: ArtifactRequest,
    options: Options,
    slot: Slot,
    staged: Staged,
    translated: Translated,
    progress: Progress,
    reference: Reference | None = None,
) -> Written:
    """Build the translated model, compare it with every reference run, write it, and compare the result.

    Args:
        reference: if the caller already has one (a SavedModel's own signature).

    Raises:
        MigrationError: with the code of the blocker; ``PAR001`` if numbers differ.
    """
    targets = parse_targets(options.readers) if options.readers else None
    readers = ",".join(one.name for one in targets.readers) if targets else ""
    legacy, modern = legacy_structure(slot), modern_structure(slot)
    progress.legacy, progress.modern, progress.drawn = legacy, modern, drawn_outputs(modern)
    progress.training = {part: dict(entry) for part, entry in translated.training.items()}
    objects = modern_objects(slot, staged, modern)
    slot.warm()
    given = reference is not None
    if reference is None:
        with progress.phase("reference"):
            reference = _reference(slot, staged, translated, options, progress)
            if reference is not None and objects:
                fixed = Predict(reference.probes)
                drawn = msgspec.structs.replace(fixed, draw=True)
                progress.drawn |= drawn_by_code(partial(outputs_of, slot.legacy, drawn))
                if progress.drawn:
                    places = progress.own_code.get("draws", [])
                    must_repeat(
                        partial(outputs_of, slot.legacy, fixed), reference.described.served_names(), places
                    )
            release(slot.legacy, progress)
    retake = partial(take_reference, slot, staged, translated, options)
    build = Build(slot.reader.scratch, objects)
    loaders = Loaders(retake, lambda: slot.modern.ask(build))
    with progress.phase("build"):
        described = slot.modern.ask(build)
    old: Ends = reference.described if reference else described
    judge = Comparator(old.served_names(), lowest_precision(legacy), options.tolerance)
    input_names = argument_names(old.input_keys)
    progress.signatures = {
        "old": told(old),
        "new": {**told(described), "input_names": input_names, "output_names": list(judge.names)},
    }
    with progress.phase("compare"):
        _collect_witnesses(request, slot, staged, reference, described, progress)
        compare_built(slot, judge, progress, None if given else retake)
    with progress.phase("cover"):
        lives = measure(slot, judge, loaders, progress)
        if reference is not None and not given and is_small(progress):
            prove = partial(compare_witness, slot, judge, progress, retake)
            if lives:
                widen(slot, judge, reference, prove, loaders, options.seed or 0, progress)
            compare_unbounded(slot, judge, reference, loaders, options.seed or 0, progress)
            compare_training_mode(slot, judge, reference, loaders, options.seed or 0, progress)
    with progress.phase("train"):
        compiled = carry_training(slot, objects, progress)
    with progress.phase("write"):
        wanted = Save(
            Target.KERAS in options.targets,
            Target.SAVED_MODEL in options.targets,
            tuple(input_names),
            tuple(judge.names),
            readers,
        )
        written = saved_by(slot.modern, wanted)
    if "saved_model" in written:
        report_keywords({DEFAULT_SIGNATURE: input_names}, progress)
    if not compiled and options.targets <= DEFAULT_TARGETS:
        release(slot.modern, progress)
    with progress.phase("reload"):
        compare_reloaded(slot, written, objects, input_names, judge, progress, None if given else retake)
    for_readers: dict[str, Path] = {}
    if readers and "keras" in written and progress.witnesses:
        with progress.phase("readers"):
            for_readers = prove_readers(slot, written["keras"], objects, options, readers, progress)
    if not options.skip_untouched:
        ask_stock_keras(slot, staged, judge, progress)
    if targets and targets.eras:
        for_readers |= files_for_eras(targets.eras, staged, progress, slot.inputs)
    deployed = deploy(slot, options, judge, progress.witnesses, progress)
    if compiled:
        with progress.phase("train"):
            witness = progress.witnesses[-1] if reference is not None else None
            prove_training(slot, staged, options, judge, witness, progress)
    parts = {path.name: path for path in written.values()} | for_readers | deployed
    if progress.witnesses:
        last = progress.witnesses[-1]
        kept = replace(last, outputs=without(last.outputs, progress.drawn))
        if kept.outputs:
            parts["proof.npz"] = write_proof(kept, slot.inputs / "proof.npz")
    if objects:
        parts[CUSTOM] = write_sources([Path(path) for path in objects], slot.inputs / CUSTOM)
    return Written(parts)


def _reference(
    slot: Slot, staged: Staged, translated: Translated, options: Options, progress: Progress
) -> Reference | None:
    try:
        reference = take_reference(slot, staged, translated, options)
    except MigrationError as error:
        if error.code != "PAR004":
            raise
        progress.findings.append(error.finding(Severity.WARNING))
        return None
    progress.findings += reference.findings
    return reference


def _collect_witnesses(
    request: ArtifactRequest,
    slot: Slot,
    staged: Staged,
    reference: Reference | None,
    described: Ends,
    progress: Progress,
) -> None:
    """Recorded outputs if there are any, and the legacy world's."""
    # Recorded outputs belong to recorded weights; an architecture alone has others.
    path = None if staged.initialised else request.golden or find_golden(request.path)
    if path is not None:
        try:
            _witness_recording(slot, path, described, progress)
        except MigrationError as error:
            if request.golden is not None or error.code in WORKER_ENDED:
                raise
            # It was found only by its name, and other evidence is available.
            progress.findings.append(error.finding(Severity.WARNING))
    if reference is not None:
        label, calls = "the legacy world", reference.calls
        progress.witnesses.append(
            ReferenceRun(reference.evidence, label, reference.probes, reference.outputs, calls=calls)
        )


def _witness_recording(slot: Slot, path: Path, described: Ends, progress: Progress) -> None:
    """Add a recording to the reference runs, with its outputs of single layers.

    Raises:
        MigrationError: ``PAR003`` if the file is not a recording of this model.
    """
    recorded = recording_in(slot, path)
    if not recorded.inputs:  # of signatures alone
        return
    golden = recorded.arranged(described.input_keys)
    witness = golden_witness(slot, path.name, golden)
    kept = without(witness.outputs, progress.drawn)
    progress.witnesses.append(replace(witness, outputs=kept))
    progress.golden_activations = golden.activations


def golden_witness(slot: Slot, label: str, golden: Golden) -> ReferenceRun:
    """A recording as a reference run: its inputs become the probes."""
    probes = slot.inputs / "golden.safetensors"
    save_arrays(probes, golden.probes())
    return ReferenceRun("golden", label, probes, golden.references())


def write_proof(witness: ReferenceRun, path: Path) -> Path:
    """One case of a reference run in the layout of a golden file, so that any later load can be checked again."""
    probes = load_arrays(witness.probes)
    case = min(key.split("/")[0] for key in witness.outputs)
    arrays = {f"inputs/{key.split('/')[1]}": a for key, a in probes.items() if key.split("/")[0] == case}
    arrays |= {
        f"outputs/{key.split('/')[1]}": a for key, a in witness.outputs.items() if key.split("/")[0] == case
    }
    plain = {name: a.astype(str) if a.dtype.kind == "O" else a for name, a in arrays.items()}
    np.savez_compressed(path, **plain)  # type: ignore[arg-type]
    return path
