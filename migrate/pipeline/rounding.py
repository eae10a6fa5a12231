"""Ask the original how far rounding alone moves it, where a comparison comes near to its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Finding, Severity
from migrate.parity.compare import Comparison
from migrate.parity.rounding import ROUNDS, moves_of, nudged, slack_of, unsteady
from migrate.pipeline.progress import ReferenceRun
from migrate.pipeline.proof import answers_of
from migrate.worlds.pool import Slot

_T = TypeVar("_T")
NEAR = 0.25
"""Share of the tolerance from which on the original is asked: a reloaded model rounds in other places again."""


def allow_for_rounding(
    slot: Slot, witness: ReferenceRun, compute: str
) -> tuple[ReferenceRun, dict[str, Array]]:
    """The witness with what rounding may add to the tolerance, and how far rounding moves it.

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
    moves = moves_of(witness.outputs, rounds)
    return replace(witness, slack=slack_of(witness.outputs, moves, compute)), moves


def without_unsteady(
    slot: Slot, witness: ReferenceRun, moves: Mapping[str, Array], compute: str
) -> tuple[ReferenceRun, Finding] | None:
    """The witness without the cases that rounding alone decides, and ``PAR022``; None when no case would be left.

    Args:
        slot: its workers can read the probes that are left.
        witness: what the original computed.
        moves: how far rounding moves it.
        compute: half precision that it computes in; empty for none.
    """
    gone = unsteady(witness.outputs, moves, compute)
    kept = sorted({key.split("/")[0] for key in witness.outputs} - gone, key=int)
    if not kept:
        return None
    path = slot.inputs / f"steady_{witness.probes.name}"
    save_arrays(path, _cases(load_arrays(witness.probes), kept))
    finding = Finding(
        "PAR022",
        Severity.INFO,
        f"{witness.label}: {len(gone)} of {witness.cases} cases are not compared: the original itself moves by more "
        "than the difference when their inputs and its weights change in the last bit",
    )
    steady = replace(
        witness, probes=path, outputs=_cases(witness.outputs, kept), slack=_cases(witness.slack, kept)
    )
    return steady, finding


def _cases(arrays: Mapping[str, _T], kept: Sequence[str]) -> dict[str, _T]:
    """What belongs to some cases, which are counted anew: a world counts the cases that it is given."""
    number = {case: str(position) for position, case in enumerate(kept)}
    split = [(key.split("/", 1), value) for key, value in arrays.items()]
    return {f"{number[case]}/{rest}": value for (case, rest), value in split if case in number}


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
