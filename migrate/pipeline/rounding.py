"""Ask the original how far rounding alone moves it, where a comparison comes near to its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Finding, Severity
from migrate.parity.compare import Comparison
from migrate.parity.rounding import ROUNDS, nudged, slack_of
from migrate.pipeline.progress import ReferenceRun
from migrate.pipeline.proof import answers_of
from migrate.worlds.pool import Slot

NEAR = 0.25
"""Share of the tolerance from which on the original is asked: a reloaded model rounds in other places again."""


def allow_for_rounding(slot: Slot, witness: ReferenceRun, compute: str) -> ReferenceRun:
    """The witness with what rounding may add to the tolerance.

    Args:
        slot: whose legacy world holds the original.
        witness: what the original computed.
        compute: half precision that it computes in; empty for none.
    """
    probes, path = load_arrays(witness.probes), slot.inputs / "nudged.safetensors"
    rounds = []
    for seed in range(ROUNDS):
        save_arrays(path, nudged(probes, seed, compute))
        rounds.append(answers_of(slot.legacy, replace(witness, probes=path), nudge=seed, compute=compute))
    return replace(witness, slack=slack_of(witness.outputs, rounds, compute))


def explained(strict: Sequence[Comparison], allowed: Sequence[Comparison]) -> list[Finding]:
    """``PAR007`` for each output that is equal only because rounding was allowed for."""
    return [
        Finding(
            "PAR007",
            Severity.WARNING,
            f"output {before.name!r} {before.reason} by the tolerance alone; the original moves as far when its "
            "inputs and weights change in their last bit",
            "Record outputs of real inputs as MODEL.golden.npz: they are compared without this allowance.",
            place=before.name,
        )
        for before, after in zip(strict, allowed, strict=True)
        if after.equal and not before.equal
    ]
