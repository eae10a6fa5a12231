"""Compare a model with every reference run: as built, and as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from migrate.capsule.model import Array, count_parameters
from migrate.parity.compare import Comparison
from migrate.pipeline.draws import drawn_finding, must_draw_alike, without
from migrate.pipeline.own_class_errors import of_own_class
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import (
    Comparator,
    answers_of,
    must_agree,
    outputs_of,
    profile_golden,
    profile_layers,
    samples,
)
from migrate.pipeline.rounding import NEAR, allow_for_rounding, explained, without_unsteady
from migrate.worlds.contracts.models import Predict, Release
from migrate.worlds.contracts.stock import CallSavedModel, LoadKeras, PredictLoaded
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.worker import Worker

SMALL_PARAMETERS = 2_000_000
"""Models up to this size are compared layer by layer even if they agree; larger ones are removed from memory early."""
Retake = Callable[[], object]
"""Reloads a reference that had to be removed from memory."""


def compare_built(slot: Slot, judge: Comparator, progress: Progress, retake: Retake | None) -> None:
    """Compare the model in the modern world with all reference runs, and name the first layer that differs.

    Args:
        slot: whose modern world holds the model.
        judge: how to compare.
        progress: contains the reference runs.
        retake: None for a supplied reference.

    Raises:
        MigrationError: ``PAR001``.
    """
    progress.witnesses = [compare_witness(slot, judge, progress, retake, w) for w in progress.witnesses]


def compare_witness(
    slot: Slot, judge: Comparator, progress: Progress, retake: Retake | None, witness: ReferenceRun
) -> ReferenceRun:
    """Compare with one reference run; it is returned with the rounding allowance, if that was needed.

    Raises:
        MigrationError: ``PAR001``.
    """
    small = is_small(progress)
    results = answers_of(slot.modern, witness)
    comparisons = judge.compare(witness.outputs, results)
    near = judge.relative is None and any(comparison.used > NEAR for comparison in comparisons)
    asked = retake if near and witness.evidence != "golden" else None
    if asked is not None:
        if not small:
            asked()
        witness, moves = allow_for_rounding(slot, witness, judge.compute)
        strict, comparisons = comparisons, judge.compare(witness.outputs, results, witness.slack)
        if not _all_equal(comparisons):
            steady = without_unsteady(slot, witness, results, moves, judge)
            if steady is not None:
                witness, finding = steady
                progress.findings.append(finding)
                results = answers_of(slot.modern, witness)
                strict = judge.compare(witness.outputs, results)
                comparisons = judge.compare(witness.outputs, results, witness.slack)
        progress.findings += explained(strict, comparisons)
    progress.comparisons += comparisons
    progress.samples = samples(witness.outputs, results)
    differs = not _all_equal(comparisons)
    first = None
    if witness.evidence == "golden" and differs:
        first = profile_golden(slot, witness.probes, progress.golden_activations, judge)
    elif witness.evidence != "golden" and (differs or (small and not progress.profile)):
        if not small and retake is not None and asked is None:
            retake()
        progress.profile, first = profile_layers(slot, witness.probes, judge)
    if differs:
        progress.first_divergent = first
    must_agree(comparisons, f"compared with {witness.label}", progress.first_divergent)
    if asked is not None:
        release(slot.legacy, progress)
    return witness


def _all_equal(comparisons: Sequence[Comparison]) -> bool:
    return all(comparison.equal for comparison in comparisons)


def compare_reloaded(
    slot: Slot,
    written: Mapping[str, Path],
    objects: Sequence[str],
    input_names: list[str],
    judge: Comparator,
    progress: Progress,
    retake: Retake | None = None,
) -> None:
    """Load the written files as a user will, and compare again.

    What was written may round in other places than the model that was built (a graph is fused): where it differs and
    the original was not asked how far rounding moves it, it is asked now.

    Raises:
        MigrationError: ``PAR001``, or the error of stock Keras if it cannot load the file.
    """
    if "keras" in written:
        try:
            slot.stock.ask(LoadKeras(written["keras"], tuple(objects)))
        except WorldError as error:
            raise of_own_class(error, progress.own_code.get("names", {})) from error
        # The SavedModel is a traced graph; without one the reloaded model is traced, because a layer can
        # compute one thing eagerly and another in a graph.
        graph = "saved_model" not in written
        for number, witness in enumerate(progress.witnesses):
            results = answers_of(slot.stock, witness, PredictLoaded(witness.probes, graph=graph))
            progress.witnesses[number], comparisons = _compare_written(
                slot, judge, progress, retake, witness, results
            )
            must_agree(comparisons, "the saved .keras, loaded by stock Keras 3")
            progress.comparisons += comparisons
        _must_draw_alike(
            slot,
            judge,
            progress,
            lambda probes: outputs_of(slot.stock, PredictLoaded(probes, draw=True)),
        )
        release(slot.stock, progress)
    if "saved_model" in written:
        assert progress.legacy is not None
        stateful = any(layer.config.get("stateful") for _, layer in progress.legacy.walk())

        def served(probes: Path) -> CallSavedModel:
            return CallSavedModel(
                probes,
                path=written["saved_model"],
                inputs=input_names,
                outputs=list(judge.names),
                stateful=stateful,
            )

        for number, witness in enumerate(progress.witnesses):
            results = answers_of(slot.stock, witness, served(witness.probes))
            progress.witnesses[number], comparisons = _compare_written(
                slot, judge, progress, retake, witness, results, progress.drawn
            )
            must_agree(comparisons, "the SavedModel, loaded by tf.saved_model.load")
            progress.comparisons += comparisons
        _must_draw_alike(slot, judge, progress, lambda probes: outputs_of(slot.stock, served(probes)))
        release(slot.stock, progress)


def _compare_written(
    slot: Slot,
    judge: Comparator,
    progress: Progress,
    retake: Retake | None,
    witness: ReferenceRun,
    results: Mapping[str, Array],
    drawn: frozenset[str] = frozenset(),
) -> tuple[ReferenceRun, list[Comparison]]:
    """Compare what a written file gave; the witness comes back with what rounding may add, where that was asked."""
    outputs = without(witness.outputs, drawn)
    comparisons = judge.compare(outputs, results, witness.slack)
    fixed = judge.relative is not None or witness.evidence == "golden" or bool(witness.slack)
    if _all_equal(comparisons) or fixed or retake is None:
        return witness, comparisons
    retake()
    witness, _ = allow_for_rounding(slot, witness, judge.compute)
    release(slot.legacy, progress)
    allowed = judge.compare(outputs, results, witness.slack)
    progress.findings += explained(comparisons, allowed)
    return witness, allowed


def _must_draw_alike(
    slot: Slot, judge: Comparator, progress: Progress, run: Callable[[Path], Mapping[str, Array]]
) -> None:
    """Compare random outputs with those of tf-keras, as distributions.

    Raises:
        MigrationError: ``PAR001``.
    """
    drawn = progress.drawn
    if not drawn:
        return
    held = [w for w in progress.witnesses if w.evidence != "golden" and is_small(progress)]
    witness = held[0] if held else None
    if witness is not None:
        must_draw_alike(
            lambda: outputs_of(slot.legacy, Predict(witness.probes, draw=True)),
            lambda: run(witness.probes),
            drawn,
        )
    said = [drawn_finding(judge.names[int(i)], compared=witness is not None) for i in sorted(drawn)]
    progress.findings += [finding for finding in said if finding not in progress.findings]


def release(worker: Worker, progress: Progress) -> None:
    """Make a worker release a large model; for a small one, collecting the garbage costs more than it saves."""
    if not is_small(progress):
        worker.ask(Release())


def is_small(progress: Progress) -> bool:
    """Whether to compare the model layer by layer, and to draw further probes."""
    assert progress.legacy is not None
    return sum(count_parameters(layer) for layer in progress.legacy.layers) <= SMALL_PARAMETERS
