"""Run both worlds in training mode with dropout off, and report where they diverge."""

from __future__ import annotations

from functools import partial

from migrate.capsule.model import Layer, Model
from migrate.capsule.store import save_arrays
from migrate.dialects.training_dependence import parts_of
from migrate.findings import Finding, Severity
from migrate.formats.stock import is_stock_class
from migrate.parity.probes import make_probes
from migrate.pipeline.probing import Loaders, Unanswered
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, answers_of
from migrate.pipeline.reference import Reference
from migrate.worlds.contracts.models import Predict
from migrate.worlds.host.pool import Slot

APART = 1e-3
"""Relative difference above rounding: columns with little variation are divided by their small deviation."""
_ROUND = 1
"""The round of further probes to use: many rows, as batch statistics need them, and masked rows."""


def can_be_asked(model: Model) -> bool:
    """Whether a part of the model depends on the mode, and none is random in a way that no rate turns off."""
    parts = [part for part, _ in parts_of(model)]
    return bool(parts) and all(map(_is_calm, parts))


def _is_calm(part: Layer) -> bool:
    """Whether a layer is deterministic once its rate is 0; unknown for the user's own layers."""
    return (
        part.registered_name is None
        and is_stock_class(part.class_name)
        and not part.class_name.startswith("Random")
    )


def compare_training_mode(
    slot: Slot, judge: Comparator, reference: Reference, loaders: Loaders, seed: int, progress: Progress
) -> None:
    """Add a finding if outputs of a call in training mode differ; none if the original gives no answer.

    Args:
        slot: whose worlds hold the model and the source of the reference.
        judge: how outputs are compared.
        reference: says how probes are generated.
        loaders: for a world whose process such a call crashes.
        seed: of the run.
        progress: holds the translated model; receives ``PAR013``.
    """
    if not reference.specs or progress.modern is None or not can_be_asked(progress.modern):
        return
    probes = slot.inputs / "training_mode.safetensors"
    save_arrays(probes, make_probes(reference.specs, reference.attempt, seed, _ROUND))
    run = ReferenceRun(reference.evidence, "training mode", probes, {})
    in_training = Predict(probes, training=True)
    try:
        expected = loaders.asked(partial(answers_of, slot.legacy, run, in_training))
    except Unanswered:
        return
    try:
        found = loaders.asked(partial(answers_of, slot.modern, run, in_training))
    except Unanswered as error:
        progress.findings.append(_finding(f"the migrated model rejects it: {error}"))
        return
    relaxed = Comparator(judge.names, judge.compute, max(judge.relative or 0.0, APART))
    worst = max(relaxed.compare(expected, found), key=lambda part: (not part.equal, part.max_rel))
    if not worst.equal:
        progress.findings.append(_finding(f"output {worst.name!r} {worst.reason}"))


def _finding(what: str) -> Finding:
    return Finding(
        "PAR013",
        Severity.WARNING,
        f"equal at inference; in training mode, with dropout off, {what}",
        "No action is needed for inference. Before continuing training, compare a step with the old framework.",
    )
