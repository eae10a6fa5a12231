"""Measure how far rounding alone moves the original, if a comparison comes close to its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.findings import Finding, MigrationError, Severity
from migrate.parity.compare import Comparison, Slack
from migrate.parity.rounding import ROUNDS, largest, moves_of, nudged, slack_of, unsteady
from migrate.pipeline.progress import ReferenceRun
from migrate.pipeline.proof import Comparator, answers_of
from migrate.worlds.contracts.legacy import PredictNudged
from migrate.worlds.host.pool import Slot

_T = TypeVar("_T")
NEAR = 0.25
"""Share of the tolerance above which the original is run again: a reloaded model rounds differently once more."""


class UnsteadyError(MigrationError):
    """``PAR001``: rounding alone decides the original's output for every case that differs, and no other is left.

    Attributes:
        note: ``PAR022``, for callers that have other evidence.
    """

    def __init__(self, label: str, note: Finding) -> None:
        super().__init__(
            "PAR001",
            f"compared with {label}: rounding alone decides the original's output for every probe",
            "Record outputs for real inputs as MODEL.golden.npz, which can be compared.",
        )
        self.note = note


def allow_for_rounding(
    slot: Slot, witness: ReferenceRun, compute: str
) -> tuple[ReferenceRun, dict[str, Array]]:
    """The reference run with the rounding allowance on top of the tolerance, and how far rounding moves it.

    Args:
        slot: whose legacy world holds the original.
        witness: what the original computed.
        compute: the half precision that it computes in; empty for none.
    """
    probes, path = load_arrays(witness.probes), slot.inputs / "nudged.safetensors"
    rounds = []
    for seed in range(ROUNDS):
        save_arrays(path, nudged(probes, seed, compute))
        rounds.append(answers_of(slot.legacy, witness, PredictNudged(path, seed=seed, compute=compute)))
    moves = moves_of(witness.outputs, rounds)
    return replace(witness, slack=slack_of(witness.outputs, moves, compute)), moves


def without_unsteady(
    slot: Slot,
    witness: ReferenceRun,
    results: Mapping[str, Array],
    moves: Mapping[str, Array],
    judge: Comparator,
) -> tuple[ReferenceRun, Finding] | None:
    """The reference run without the cases in which rounding alone decides, and ``PAR022``.

    Args:
        slot: its workers can read the remaining probes.
        witness: what the original computed.
        results: what the model computed.
        moves: how far rounding moves the original.
        judge: how to compare.

    Returns:
        None if rounding does not explain every difference.

    Raises:
        UnsteadyError: if no case would be left.
    """
    cases = sorted({key.split("/")[0] for key in witness.outputs}, key=int)
    differing = {case for case in cases if not _agree(witness.outputs, results, witness.slack, judge, case)}
    explained = {case for case in cases if _agree(witness.outputs, results, largest(moves), judge, case)}
    gone = differing & explained & unsteady(witness.outputs, moves, judge.compute)
    kept = [case for case in cases if case not in gone]
    if gone != differing:
        return None
    finding = Finding(
        "PAR022",
        Severity.INFO,
        f"{witness.label}: {len(gone)} of {witness.cases} cases are not compared: the original itself moves by more "
        "than the difference when their inputs and its weights change in the last bit",
    )
    if not kept:
        raise UnsteadyError(witness.label, finding)
    path = slot.inputs / f"steady_{witness.probes.name}"
    save_arrays(path, _cases(load_arrays(witness.probes), kept))
    steady = replace(
        witness, probes=path, outputs=_cases(witness.outputs, kept), slack=_cases(witness.slack, kept)
    )
    return steady, finding


def _agree(
    outputs: Mapping[str, Array],
    results: Mapping[str, Array],
    slack: Mapping[str, Slack],
    judge: Comparator,
    case: str,
) -> bool:
    mine, its = (
        {k: a for k, a in arrays.items() if k.split("/")[0] == case} for arrays in (outputs, results)
    )
    return all(one.equal for one in judge.compare(mine, its, slack))


def _cases(arrays: Mapping[str, _T], kept: Sequence[str]) -> dict[str, _T]:
    """The data of some cases, with new numbers: a world counts the cases that it gets."""
    number = {case: str(position) for position, case in enumerate(kept)}
    split = [(key.split("/", 1), value) for key, value in arrays.items()]
    return {f"{number[case]}/{rest}": value for (case, rest), value in split if case in number}


def explained(strict: Sequence[Comparison], allowed: Sequence[Comparison]) -> list[Finding]:
    """``PAR007`` for each output that is equal only because of the rounding allowance."""
    return [
        Finding(
            "PAR007",
            Severity.WARNING,
            f"output {before.name!r} {before.reason} by the tolerance alone; the original moves as far when its "
            "inputs and weights change in their last bit",
            "Record outputs for real inputs as MODEL.golden.npz: they are compared without this allowance.",
            place=before.name,
        )
        for before, after in zip(strict, allowed, strict=True)
        if after.equal and not before.equal
    ]
