"""Proofs in lines for people."""

from __future__ import annotations

from migrate.proving.lockstep import LockStep
from migrate.proving.records import Proof, ProofReport, Verdict


def line_of(proof: Proof) -> str:
    """One proof: verdict, place, call, and the figure or the reason."""
    call = f"{proof.name}({proof.arguments})"
    where = f"{proof.file}:{proof.at or proof.line}"
    return f"{proof.verdict.value:9} {where}  {call}: {_told(proof)}"


def _told(proof: Proof) -> str:
    if proof.verdict is not Verdict.EQUAL:
        return proof.reason
    largest = max(proof.compared, key=lambda entry: entry.max_rel)
    ran = (
        f", {min(proof.legacy.share, proof.modern.share):.0%} of it ran"
        if proof.legacy and proof.modern
        else ""
    )
    return f"{len(proof.compared)} results, largest error {largest.max_rel:.1e} ({largest.name}){ran}"


def summary_of(report: ProofReport) -> list[str]:
    """Counts, coverage, and what was left out and why."""
    counts = ", ".join(f"{number} {word}" for word, number in report.counts.items() if number)
    found = f"{sum(report.counts.values())} definitions: {counts}; {report.covered:.0%} of their code proven"
    lines = [
        "",
        found
        if report.proofs
        else "nothing was proven: no definition that creates layers or models was found",
    ]
    if report.skipped:
        lines.append(f"not proven individually ({len(report.skipped)}):")
        lines += [
            f"  {entry.name.rpartition(':')[0]}:{entry.line} {entry.name.rpartition(':')[2]}: {entry.why}"
            for entry in report.skipped
        ]
    return lines


def lines_of(found: LockStep) -> list[str]:
    """A comparison of two runs: what was compared, and where they part."""
    program = " ".join(found.program)
    if found.unproven:
        return [f"unproven  {program}: {found.unproven}"]
    counts = ", ".join(f"{number} {kind}" for kind, number in found.compared.items())
    ended = [f"tf-keras ended it after these steps: {found.ended}"] if found.ended else []
    if found.parting is None:
        return [f"equal     {program}: {found.steps} steps ({counts})", *ended]
    parting = found.parting
    lines = [f"differs   {parting.site or program}: step {parting.step}, {parting.kind}: {parting.message}"]
    if parting.site_after != parting.site:
        lines.append(f"          in the program that Keras 3 ran: {parting.site_after}")
    lines.append(f"          equal until then: {counts or 'nothing'}")
    if parting.arrays:
        lines.append(f"          both sides: {parting.arrays}")
    return [*lines, *ended]
