"""Carry over the training state, and prove it: after one further step on fixed data, both worlds compute the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.dialects.training import State
from migrate.dialects.training_dependence import draws_in_training
from migrate.findings import Finding, Severity
from migrate.parity.tolerance import AFTER_STEP
from migrate.pipeline.answers import document_of
from migrate.pipeline.probing import shortened
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, answers_of
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.pipeline.translated import modern_structure
from migrate.printable import one_line
from migrate.worlds.contracts.legacy import LoadCompiled, PredictCompiled, StepCompiled
from migrate.worlds.contracts.modern import CompileModel, TrainStep
from migrate.worlds.host.ends import ENDED, WorldError
from migrate.worlds.host.pool import Slot

_SCALED = ("SIL001", "SIL024")
_BATCH = 3


def carry_training(slot: Slot, objects: list[str], progress: Progress) -> bool:
    """Compile the loaded model according to the plan and restore the optimizer's state.

    Returns:
        Whether the model is compiled now. If Keras 3 refuses the plan, the loss is recorded.
    """
    if not progress.training:
        return False
    progress.findings += lost_parts(progress.training)
    folder = slot.reader.scratch
    call = CompileModel(folder, folder / "training.json", folder / "training.safetensors", objects)
    try:
        slot.modern.ask(call)
    except WorldError as error:
        message = one_line(error.message, 300)
        for part, entry in progress.training.items():
            if entry["state"] != "absent":
                progress.training[part] = {"state": "lost", "note": message}
        progress.findings.append(
            Finding(
                "OPT015",
                Severity.WARNING,
                f"the model is saved without its training state: {message}",
                "Compile it again after loading.",
            )
        )
        return False
    return True


def lost_parts(training: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """A finding for each part of the training state that the record reports as lost."""
    hint = "Outputs do not depend on it. Set it again before you continue training; lost slots start at zero."
    return [
        Finding("OPT020", Severity.WARNING, f"{part} lost: {entry['note'] or 'no known reason'}", hint, part)
        for part, entry in training.items()
        if entry["state"] == State.LOST
    ]


def prove_training(
    slot: Slot,
    staged: Staged,
    options: Options,
    judge: Comparator,
    witness: ReferenceRun | None,
    progress: Progress,
) -> None:
    """Take one or the requested number of steps in both worlds from the saved state, and compare the resulting models.

    If a number of steps was requested, their losses are compared, too.

    Called last: the model in the modern world changes. The outcome is stored under ``step`` in the
    training record.
    """
    reason = _why_not(slot, progress, witness)
    if reason:
        progress.training["step"] = {"state": "not compared", "note": reason}
        return
    assert witness is not None
    count = options.prove_training or 1
    plan = load_training(slot)
    batch = slot.inputs / "batch.safetensors"
    save_arrays(batch, make_batch(witness, plan))
    try:
        original = LoadCompiled(staged.source, list(staged.custom_objects), options.trust)
        steps = slot.legacy.ask(original).iterations
        if plan["iterations"] and not steps:
            # tf-keras restores the optimizer of a SavedModel without its variables.
            note = "tf-keras loads the file without its optimizer's state"
            progress.training["step"] = {"state": "not compared", "note": note}
            return
        losses = [slot.legacy.ask(StepCompiled(batch)).loss for _ in range(count)]
        expected = answers_of(slot.legacy, witness, PredictCompiled(witness.probes))
    except (WorldError, *ENDED) as error:
        note = f"the legacy world cannot take a step: {shortened(error)}"
        progress.training["step"] = {"state": "not compared", "note": note}
        return
    try:
        step = TrainStep(slot.reader.scratch, batch)
        found = [slot.modern.ask(step).loss for _ in range(count)]
        results = answers_of(slot.modern, witness)
    except (WorldError, *ENDED) as error:
        _differs(progress, f"Keras 3 cannot take a step: {shortened(error)}")
        return
    relaxed = Comparator(judge.names, judge.compute, max(judge.relative or 0.0, AFTER_STEP * count))
    worst = max(relaxed.compare(expected, results), key=lambda c: (not c.equal, c.max_rel))
    taken = "one further step" if count == 1 else f"{count} further steps"
    apart = _losses_apart(losses, found) if options.prove_training else ""
    if apart:
        _differs(progress, f"after {taken} {apart}")
    elif worst.equal:
        note = f"equal to tf-keras: {taken} {'agrees' if count == 1 else 'agree'} within {worst.max_rel:.1e}"
        other = sorted({finding.place for finding in progress.findings if finding.code == "OPT021"})
        if other:
            note = f"{note}; the writer's own step differs (OPT021: {', '.join(other)})"
        progress.training["step"] = {"state": "differs" if other else "equal", "note": note}
    else:
        _differs(progress, f"after {taken} output {worst.name!r} {worst.reason}")


def _losses_apart(expected: Sequence[float], found: Sequence[float]) -> str:
    """The first loss that differs by more than the previous steps explain; empty for none."""
    for number, (a, b) in enumerate(zip(expected, found, strict=True), start=1):
        both_nan = math.isnan(a) and math.isnan(b)
        if not both_nan and not math.isclose(a, b, rel_tol=AFTER_STEP * number, abs_tol=AFTER_STEP):
            return f"the loss of step {number} is {b:.6g}, expected {a:.6g}"
    return ""


def _why_not(slot: Slot, progress: Progress, witness: ReferenceRun | None) -> str:
    if witness is None or witness.evidence != "original":
        return "tf-keras cannot load the untouched file with its training"
    if any(finding.code == "SEC012" for finding in progress.findings):
        return "tf-keras would read a vocabulary from a path that the file names (SEC012)"
    if any(fired.code in _SCALED for fired in progress.rules):
        return "weights were scaled (SIL001): continued training is a different optimisation"
    if any(fired.code == "OPT022" for fired in progress.rules):
        return "tf-keras unfreezes the parts that were frozen (OPT022)"
    if any(fired.code == "OPT013" for fired in progress.rules):
        return "tf-keras restores this optimizer's state differently from its writer (OPT013)"
    lost = [part for part, entry in progress.training.items() if entry["state"] == "lost"]
    if lost:
        return f"{', '.join(lost)} could not be carried over"
    if draws_in_training(modern_structure(slot)):
        return "the model draws random numbers while training"
    return ""


def _differs(progress: Progress, message: str) -> None:
    progress.training["step"] = {"state": "differs", "note": message}
    progress.findings.append(
        Finding(
            "OPT016",
            Severity.SILENT,
            f"continued training is not the same: {message}",
            "Inference is proven equal; recompile the model before continued training.",
        )
    )


def load_training(slot: Slot) -> Mapping[str, Any]:
    """The plan written by the reader."""
    return document_of(slot.reader, "training.json")


def make_batch(witness: ReferenceRun, plan: Mapping[str, Any]) -> dict[str, Array]:
    """Inputs of a probe case as ``x/i`` and targets that suit each output's loss as ``y/i``."""
    probes = load_arrays(Path(witness.probes))
    sizes = {k.split("/")[0]: a.shape[0] for k, a in probes.items() if a.ndim}
    case = max(sizes, key=lambda number: (min(sizes[number], _BATCH), -int(number)))
    batch = {f"x/{k.split('/')[1]}": a for k, a in probes.items() if k.split("/")[0] == case}
    losses = plan["compile"]["loss"]
    rng = np.random.default_rng(0)
    for key, output in witness.outputs.items():
        number, position = key.split("/")
        if number != case:
            continue
        loss = losses[int(position)] if isinstance(losses, list) else losses
        batch[f"y/{position}"] = _target(rng, output, str(loss).lower())
    return batch


def _target(rng: np.random.Generator, output: Array, loss: str) -> Array:
    if "sparse" in loss:
        return rng.integers(0, output.shape[-1], size=output.shape[:-1])
    if "categorical" in loss and output.shape[-1] > 1:
        return np.eye(output.shape[-1], dtype="float32")[
            rng.integers(0, output.shape[-1], size=output.shape[:-1])
        ]
    if "hinge" in loss:
        return rng.choice([-1.0, 1.0], size=output.shape).astype("float32")
    return rng.uniform(0.05, 0.95, size=output.shape).astype("float32")
