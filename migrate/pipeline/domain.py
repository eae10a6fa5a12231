"""Run both worlds on NaN and infinities, and report where they diverge: the domain in which they are equal."""

from __future__ import annotations

from functools import partial

from migrate.capsule.store import save_arrays
from migrate.findings import Finding, Severity
from migrate.parity.unbounded import KINDS, unbounded_probes
from migrate.pipeline.probing import Loaders, Unanswered
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import Comparator, answers_of
from migrate.pipeline.reference import Reference
from migrate.worlds.host.pool import Slot


def compare_unbounded(
    slot: Slot, judge: Comparator, reference: Reference, loaders: Loaders, seed: int, progress: Progress
) -> None:
    """Add a finding for each kind of number on which the worlds diverge; none if the original gives no answer.

    Args:
        slot: whose worlds hold the model and the source of the reference.
        judge: how outputs are compared.
        reference: says how probes are generated.
        loaders: for a world whose process such numbers crash.
        seed: of the run.
        progress: receives ``PAR011``.
    """
    arrays = unbounded_probes(reference.specs, reference.attempt, seed)
    if not arrays:
        return
    probes = slot.inputs / "unbounded.safetensors"
    save_arrays(probes, arrays)
    run = ReferenceRun(reference.evidence, "NaN and infinities", probes, {}, calls=reference.calls)
    try:
        expected = loaders.asked(partial(answers_of, slot.legacy, run))
    except Unanswered:
        return  # the original rejects such inputs, and so may the migrated model
    try:
        found = loaders.asked(partial(answers_of, slot.modern, run))
    except Unanswered as error:
        message = f"equal for finite inputs; the migrated model rejects NaN and infinities: {error}"
        progress.findings.append(Finding("PAR011", Severity.WARNING, message, _HINT))
        return
    for number, kind in enumerate(KINDS):
        case = f"{number}/"
        parts = judge.compare(
            {key: a for key, a in expected.items() if key.startswith(case)},
            {key: a for key, a in found.items() if key.startswith(case)},
        )
        apart = [part for part in parts if not part.equal]
        if apart:
            message = f"equal for finite inputs; with {kind} in an input, output {apart[0].name!r}: {apart[0].reason}"
            progress.findings.append(Finding("PAR011", Severity.WARNING, message, _HINT))


_HINT = "No action is needed if inputs are finite. Otherwise, replace such numbers before the model."
