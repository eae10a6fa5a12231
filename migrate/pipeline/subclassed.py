"""The ``.keras`` of a SavedModel of the user's class: built from that class, proven by its signature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.capsule.ends import Ends, Signature, told
from migrate.findings import Finding, MigrationError, Severity
from migrate.pipeline.answers import saved_by
from migrate.pipeline.layered import write_proof
from migrate.pipeline.own_code import CUSTOM, write_sources
from migrate.pipeline.own_code_hints import hint_for
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, must_agree, outputs_of, samples
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.printable import one_line
from migrate.worlds.contracts.modern import BuildSubclassed, CompileClass, How, PredictSubclassed, Save
from migrate.worlds.contracts.own_code import ClassTraining, ReadSubclassed
from migrate.worlds.contracts.reader import DescribedSavedModel
from migrate.worlds.contracts.stock import LoadClass, PredictClass
from migrate.worlds.host.custom_names import names_in
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot


def report_classes(info: DescribedSavedModel, path: Path, progress: Progress) -> None:
    """Report which classes are needed for a ``.keras``, and how to supply them."""
    classes = sorted(info.classes)
    progress.findings.append(
        Finding(
            "EXP013",
            Severity.WARNING,
            f"the model is a {info.subclassed}, so no .keras was created; the SavedModel keeps its signatures",
            hint_for(classes, path)
            or f"For a .keras, supply the source of {', '.join(classes)} with --source DIR or --custom-objects "
            "FILE.py.",
        )
    )


def _carry_training(
    slot: Slot, trained: ClassTraining | None, how: How, source: Path, progress: Progress
) -> None:
    """Compile the built model as the file says and restore its optimizer's state; losses are findings."""
    if trained is None:
        return
    progress.training = dict(trained.training)
    reasons = [
        f"{part}: {entry['note']}" for part, entry in progress.training.items() if entry["state"] == "lost"
    ]
    try:
        slot.modern.ask(CompileClass(how, trained.plan, trained.slots, [str(source)]))
        note = "tf-keras loads the file without its optimizer's state"
        progress.training["step"] = {"state": "not compared", "note": note}
    except WorldError as error:
        reasons = [one_line(error.message, 300)]
        for part, entry in progress.training.items():
            if entry["state"] != "absent":
                progress.training[part] = {"state": "lost", "note": reasons[0]}
    if reasons:
        progress.findings.append(
            Finding(
                "OPT015",
                Severity.WARNING,
                f"the .keras of the class is saved without its full training state: {'; '.join(reasons)}",
                "Compile it again after loading; the old folder keeps the optimizer's state.",
            )
        )


def migrate_subclassed(
    slot: Slot,
    staged: Staged,
    options: Options,
    signature: Signature | None,
    witnesses: Sequence[ReferenceRun],
    progress: Progress,
) -> dict[str, Path]:
    """``model.keras`` and ``custom_objects.py``, compared after building and after loading them as a user will.

    Args:
        slot: its reader has described the SavedModel.
        staged: the SavedModel and the user's files.
        options: of the run.
        signature: ``serving_default``, which Keras writes for the call of the model.
        witnesses: calls of that signature.
        progress: collects comparisons.

    Raises:
        MigrationError: ``EXP026`` without that signature, ``PAR004`` without a reference run, or the reason why the
            class does not give the model; ``PAR001`` if numbers differ.
    """
    if signature is None:
        raise MigrationError(
            "EXP026",
            "no serving_default defines how to call the model",
            "Save the model again with its own signature; the exported SavedModel keeps the existing ones.",
        )
    if not witnesses:
        raise MigrationError(
            "PAR004",
            "no reference for serving_default could be obtained",
            "Record inputs and outputs with the original framework as MODEL.golden.npz next to the model.",
        )
    source = write_sources([Path(path) for path in staged.for_modern], slot.inputs / CUSTOM)
    judge = Comparator(signature.output_keys, "", options.tolerance)
    proof = Progress()
    with progress.phase("build"):
        asked = ReadSubclassed(staged.source, tuple(judge.names), tuple(names_in(staged.custom_objects)))
        root = slot.reader.ask(asked)
        how = slot.modern.ask(BuildSubclassed(root, signature.inputs, signature.output_keys, [str(source)]))
    dtypes = [entry.dtype for entry in signature.inputs]
    with progress.phase("compare"):
        for witness in witnesses:
            results = outputs_of(slot.modern, PredictSubclassed(witness.probes, how=how, dtypes=dtypes))
            comparisons = judge.compare(witness.outputs, results)
            must_agree(comparisons, f"the model of the class, compared with {witness.label}")
            proof.comparisons += comparisons
            progress.samples = samples(witness.outputs, results)
    with progress.phase("write"):
        _carry_training(slot, root.trained, how, source, progress)
        written = saved_by(slot.modern, Save(keras=True))["keras"]
    with progress.phase("reload"):
        slot.stock.ask(LoadClass(written, [str(source)]))
        for witness in witnesses:
            for graph in (False, True):
                call = PredictClass(witness.probes, how=how, dtypes=dtypes, graph=graph)
                results = outputs_of(slot.stock, call)
                comparisons = judge.compare(witness.outputs, results)
                must_agree(comparisons, "the saved .keras, loaded by stock Keras 3 with its class")
                proof.comparisons += comparisons
    progress.comparisons += proof.comparisons
    progress.witnesses += witnesses
    progress.signatures["new"] = {
        **told(Ends(signature.inputs, signature.outputs)),
        "output_names": list(judge.names),
    }
    proven = write_proof(witnesses[0], slot.inputs / "proof.npz")
    return {"model.keras": written, CUSTOM: source, "proof.npz": proven}
