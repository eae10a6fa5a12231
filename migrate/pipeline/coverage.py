"""Measure how much of a model its probes cover, and draw further ones for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from migrate.capsule.ends import Signatures
from migrate.capsule.store import save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.probes import ROUNDS, make_probes
from migrate.pipeline.evidence import COVERED
from migrate.pipeline.probing import Loaders, Unanswered, shortened
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, answers_of
from migrate.pipeline.reference import Reference
from migrate.pipeline.rounding import UnsteadyError
from migrate.results import Coverage
from migrate.worlds.contracts.modern import Cover
from migrate.worlds.contracts.saved_models import CoverSignature
from migrate.worlds.host.ends import ENDED, WorldError
from migrate.worlds.host.pool import Slot

NAMED = 20
"""Number of arrays and branches that a record names."""
ENOUGH = 0.99
"""Share of covered numbers above which no further probes are drawn."""
GROWTH = 0.005
"""A round that improves the coverage by no more than this is the last one."""
_PIECES_OF_MASK = ("a step that is kept", "a step that is hidden", "a row that is hidden")
_PIECES_OF_STEPS = ("the first step", "a step between", "the last step")

Prove = Callable[[ReferenceRun], ReferenceRun]
"""Compares a reference run with the model in the modern world; raises ``PAR001``."""


def measure(slot: Slot, comparator: Comparator, loaders: Loaders, progress: Progress) -> bool:
    """Store what the cases of all reference runs cover of the model in the modern world.

    Returns:
        Whether the world is still alive: a new process knows nothing of earlier cases, and is not asked further.
    """
    return all(_cover(slot, comparator, witness, loaders, progress, 0) for witness in progress.witnesses)


def widen(
    slot: Slot,
    comparator: Comparator,
    reference: Reference,
    prove: Prove,
    loaders: Loaders,
    seed: int,
    progress: Progress,
) -> None:
    """Draw further probes while they cover more, and compare the model with the legacy world on them.

    Args:
        slot: whose legacy world holds the model that the reference came from.
        comparator: how outputs are compared.
        reference: says how probes are generated.
        prove: the comparison.
        loaders: for a world whose process a probe crashes.
        seed: of the run.
        progress: the further runs become reference runs, in front of the one that they extend.

    Raises:
        MigrationError: ``PAR001``.
    """
    for number in range(1, ROUNDS + 1):
        before = progress.coverage
        if before is None or (before.weights >= ENOUGH and before.met == before.branches):
            return
        label = f"the legacy world, round {number} of further probes"
        probes = slot.inputs / f"further{number}.safetensors"
        save_arrays(probes, make_probes(reference.specs, reference.attempt, seed, number))
        try:
            run = ReferenceRun(reference.evidence, label, probes, {}, calls=reference.calls)
            run = replace(run, outputs=loaders.asked(partial(answers_of, slot.legacy, run)))
        except Unanswered:
            continue  # the model does not accept these values; the next round has others
        try:
            witness = loaders.asked(partial(prove, run))
        except Unanswered as error:
            _not_compared(f"{label} were not compared: {error}", progress)
            return
        except UnsteadyError as error:
            progress.findings.append(error.note)
            continue
        except MigrationError as error:
            if error.code != "PAR001":
                raise
            raise MigrationError(
                error.code,
                f"{error.message}. The first probes agree: the models diverge on rarer inputs",
                f"--seed {seed} draws the same probes again. {error.hint}",
                error.place,
            ) from error
        progress.witnesses.insert(len(progress.witnesses) - 1, witness)
        if not _cover(slot, comparator, witness, loaders, progress, number):
            return
        if progress.coverage is None or not goes_on(before, progress.coverage):
            return


def goes_on(before: Coverage, after: Coverage) -> bool:
    """Whether another round may cover more: the last one did, or all values so far had the wrong scale.

    If all of them saturate a softmax, they show nothing of its model, however many there are; smaller ones do.
    """
    return after.weights < COVERED or after.weights - before.weights > GROWTH or after.met > before.met


def measure_signatures(
    slot: Slot,
    witnesses: Sequence[tuple[str, ReferenceRun]],
    signatures: Signatures,
    relative: float | None,
    progress: Progress,
) -> None:
    """Store what calls of the signatures cover of the variables of a SavedModel in the legacy world."""
    for name, witness in witnesses:
        ends = signatures[name]
        call = CoverSignature(witness.probes, name, ends.input_keys, ends.output_keys, relative)
        try:
            reply = slot.legacy.ask(call)
        except (WorldError, *ENDED) as error:
            message = f"the coverage of {name!r} could not be measured: {shortened(error)}"
            _not_compared(message, progress, name)
            if isinstance(
                error, ENDED
            ):  # with its process it has lost the SavedModel that it would be asked of
                return
            continue
        progress.coverage = summarise(reply.arrays, reply.branches, 0)


def _cover(
    slot: Slot,
    comparator: Comparator,
    witness: ReferenceRun,
    loaders: Loaders,
    progress: Progress,
    rounds: int,
) -> bool:
    call = Cover(witness.probes, comparator.compute, comparator.relative)
    try:
        reply = loaders.asked(lambda: slot.modern.ask(call))
    except Unanswered as error:
        _not_compared(f"the coverage could not be measured: {error}", progress)
        return not error.ended
    progress.coverage = summarise(reply.arrays, reply.branches, rounds)
    return True


def _not_compared(message: str, progress: Progress, place: str = "") -> None:
    progress.findings.append(Finding("PAR009", Severity.INFO, message, place=place))


def summarise(arrays: Mapping[str, float], branches: Mapping[str, Sequence[bool]], rounds: int) -> Coverage:
    """The coverage figures of a model.

    Args:
        arrays: share of covered numbers by path of the variable.
        branches: by layer and attribute, which of its pieces a probe took.
        rounds: of further probes.
    """
    uncovered = [path for path, share in sorted(arrays.items()) if share == 0.0]
    missed = [
        f"{place}: {_piece(place, number, len(met))}"
        for place, met in sorted(branches.items())
        for number, found in enumerate(met)
        if not found
    ]
    return Coverage(
        weights=round(sum(arrays.values()) / len(arrays), 4) if arrays else 1.0,
        arrays=len(arrays),
        noticed=len(arrays) - len(uncovered),
        branches=sum(map(len, branches.values())),
        met=sum(sum(met) for met in branches.values()),
        rounds=rounds,
        uncovered=[*uncovered, *missed][:NAMED],
    )


def _piece(place: str, number: int, pieces: int) -> str:
    if place.endswith("/compute_mask"):
        return _PIECES_OF_MASK[number]
    if place.endswith("/steps"):
        return _PIECES_OF_STEPS[number]
    return ("below", "above")[number] if pieces == 2 else ("below", "between", "above")[number]
