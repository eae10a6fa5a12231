"""The strength of an artifact's comparisons: their evidence, and the resulting status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrate.capsule.store import load_arrays
from migrate.findings import Finding, Severity, Status
from migrate.parity.vacuous import vacuous_outputs
from migrate.pipeline.progress import Progress, ReferenceRun
from migrate.pipeline.proof import lowest_precision
from migrate.results import Coverage

COVERED = 0.5
"""Minimum share of the weights' numbers that the outputs must depend on, averaged over the arrays."""
_RANKS = ("golden", "original", "reconstructed")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A reference run, and why some of its outputs are no evidence, by position."""

    witness: ReferenceRun
    vacuous: Mapping[int, str]

    @property
    def spoken_for(self) -> frozenset[int]:
        """Outputs for which the reference run is evidence."""
        return frozenset(_positions(self.witness)) - self.vacuous.keys()


def weigh(progress: Progress) -> Status:
    """Store the evidence of the comparisons, report references without information, and return the status.

    An output is proven by the strongest reference run that carries information about it, an endpoint by the evidence
    of its weakest output. An output without one makes the artifact ``unverified``, unless it consists of integers or
    strings and other outputs are proven. A file that can be read in two ways is ``unverified``, too.
    """
    if not progress.comparisons:
        return Status.UNVERIFIED
    compute = lowest_precision(progress.legacy) if progress.legacy is not None else ""
    by_endpoint: dict[str, list[Weighed]] = {}
    for witness in _once(progress.witnesses):
        vacuous = vacuous_outputs(load_arrays(witness.probes), witness.outputs, compute)
        by_endpoint.setdefault(witness.endpoint, []).append(Weighed(witness, vacuous))
    ranks, proven = [], True
    for endpoint, weighed in by_endpoint.items():
        names = _output_names(progress, endpoint)
        found, rank = weigh_endpoint(weighed, names)
        progress.findings += found
        proven = proven and all(finding.severity is not Severity.WARNING for finding in found)
        if rank is not None:
            ranks.append(rank)
    progress.evidence = _RANKS[min(ranks)] if ranks else ""
    coverage = progress.coverage
    if proven and coverage is not None and coverage.weights < COVERED:
        progress.findings.append(_too_little(coverage))
        proven = False
    return Status.MIGRATED if proven and not progress.ambiguous else Status.UNVERIFIED


def strongest(witnesses: Sequence[ReferenceRun]) -> str:
    """The strongest kind of evidence among reference runs, for a migration that ended with a difference."""
    return min((witness.evidence for witness in witnesses), key=_RANKS.index, default="")


def _once(witnesses: Sequence[ReferenceRun]) -> list[ReferenceRun]:
    """Each reference run once: that of a signature is used for both the layers and the SavedModel."""
    return list({(w.endpoint, w.label, w.probes): w for w in witnesses}.values())


def weigh_endpoint(weighed: Sequence[Weighed], names: Sequence[str]) -> tuple[list[Finding], int | None]:
    """Findings for an endpoint's outputs, and the rank of its evidence; None if it has none."""
    positions = sorted({p for w in weighed for p in _positions(w.witness)} | set(range(len(names))))
    best = {
        position: min(ranks)
        for position in positions
        if (ranks := [_RANKS.index(w.witness.evidence) for w in weighed if position in w.spoken_for])
    }
    findings = []
    for position in positions:
        name = names[position] if position < len(names) else f"output {position}"
        # Labels and ids are exact, and computed from what the other outputs show.
        proven = position in best or (bool(best) and _is_exact(weighed, position))
        findings += [
            _finding(name, w, position, proven=proven) for w in weighed if position not in w.spoken_for
        ]
    return findings, max(best.values(), default=None)


def _is_exact(weighed: Sequence[Weighed], position: int) -> bool:
    arrays = [a for w in weighed for k, a in w.witness.outputs.items() if int(k.split("/")[1]) == position]
    return bool(arrays) and all(array.size and array.dtype.kind != "f" for array in arrays)


def _finding(name: str, weighed: Weighed, position: int, *, proven: bool) -> Finding:
    why = weighed.vacuous.get(position, "was not recorded")
    return Finding(
        "PAR008",
        Severity.INFO if proven else Severity.WARNING,
        f"{weighed.witness.label}: output {name!r} {why}, which is no evidence",
        ""
        if proven
        else "Record inputs whose outputs differ, with the original framework, as MODEL.golden.npz next to the "
        "model.",
        place=name,
    )


def _too_little(coverage: Coverage) -> Finding:
    arrays = coverage.arrays - coverage.noticed
    named = ", ".join(coverage.uncovered[:5])
    return Finding(
        "PAR010",
        Severity.WARNING,
        f"the compared outputs depend on {coverage.weights:.0%} of the weights, less than {COVERED:.0%}; on nothing "
        f"in {arrays} of {coverage.arrays} arrays{f': {named}' if named else ''}",
        "Record inputs that use these layers, with the original framework, as MODEL.golden.npz next to the model.",
        place=coverage.uncovered[0] if coverage.uncovered else "",
    )


def _positions(witness: ReferenceRun) -> set[int]:
    return {int(key.split("/")[1]) for key in witness.outputs}


def _output_names(progress: Progress, endpoint: str) -> list[str]:
    if endpoint:
        old = progress.signatures.get("old", {}).get(endpoint, {})
        return [entry["name"] for entry in old.get("outputs", [])]
    return list(progress.signatures.get("new", {}).get("output_names", []))
