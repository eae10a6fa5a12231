"""All proofs of some sources: find the definitions, call each, and add up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codemods.files.source import SourceError
from migrate.own_code.files import Place, SourceIndex
from migrate.own_code.modules import modules_of
from migrate.proving import differential
from migrate.proving.differential import Sides
from migrate.proving.recipes import calls_of, needs, recipes
from migrate.proving.records import (
    SCHEMA,
    LeftOut,
    Proof,
    ProofReport,
    Verdict,
    by_definition,
    counts_of,
    worst,
)
from migrate.proving.sources import Module, as_edited, as_written, rewritten
from migrate.proving.subjects import Skipped, Subject, subjects
from migrate.worlds.host.pool import Slot

Said = Callable[[Proof], None]


def _silent(proof: Proof) -> None:
    """Say nothing of a proof."""


@dataclass
class Sources:
    """What is proven: the sources as written, and those that Keras 3 gets.

    Attributes:
        before: the folder or file as written for Keras 1 or 2.
        after: the same tree as somebody left it, with the same files; None has the source rules rewrite the former.
        configurations: name of a class → configuration from a model file of the repository.
    """

    before: Path
    after: Path | None = None
    configurations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def found(self) -> tuple[list[Subject], list[Skipped]]:
        """Definitions to prove, and those that no proof by itself is about."""
        return subjects(SourceIndex((self.before,)))

    def calls(self) -> dict[str, list[Any]]:
        """Calls of the repository, by the last name of what they call."""
        return calls_of(module for _, module in modules_of(SourceIndex((self.before,))))

    def modern(self, subject: Subject) -> Module:
        """The module that Keras 3 gets.

        Raises:
            SourceError: the definition is gone or cannot be cut out.
        """
        if self.after is None:
            return rewritten(subject)
        root = self.after if self.after.is_dir() else self.after.parent
        file = root / subject.place.file.relative_to(subject.place.root)
        lines = [p.line for p in SourceIndex((file,)).names.get(subject.name, []) if p.file == file]
        if not lines:
            raise SourceError(f"{file.name} no longer defines {subject.name}")
        return as_edited(subject.name, Place(root, file, lines[0]))


def prove_all(
    sources: Sources,
    slot: Slot,
    *,
    names: Collection[str] = (),
    said: Said = _silent,
) -> ProofReport:
    """Prove the definitions of some sources.

    Args:
        sources: what is proven.
        slot: workers.
        names: definitions to prove, as ``NAME`` or ``FILE:NAME``; all of them when empty.
        said: told of each proof as it is made.
    """
    found, skipped = sources.found()
    calls = sources.calls()
    chosen = [s for s in found if not names or s.name in names or s.key in names]
    proofs: list[Proof] = []
    for subject in chosen:
        for proof in prove_one(subject, sources, calls, slot):
            proofs.append(proof)
            said(proof)
    return ProofReport(
        schema=SCHEMA,
        source=str(sources.before),
        proofs=tuple(proofs),
        skipped=tuple(LeftOut(s.key, s.line, s.why) for s in skipped) if not names else (),
        counts=counts_of(proofs),
        covered=covered(proofs),
    )


def prove_one(
    subject: Subject, sources: Sources, calls: Mapping[str, Sequence[Any]], slot: Slot
) -> list[Proof]:
    """The proofs of one definition, one for each way of calling it."""
    ways = recipes(subject, calls, sources.configurations)
    if not ways:
        missing = ", ".join(needs(subject))
        return [differential.unproven(subject, f"its arguments are unknown: {missing}")]
    try:
        sides = Sides(as_written(subject), sources.modern(subject))
    except SourceError as error:
        return [differential.refused(subject, error)]
    return [differential.prove(subject, recipe, sides, slot) for recipe in ways]


def covered(proofs: Sequence[Proof]) -> float:
    """Share of the places of all definitions that ran in both worlds in proofs that ended equal."""
    run = every = 0.0
    for group in by_definition(proofs).values():
        sizes = [p.legacy.all for p in group if p.legacy is not None]
        size = max([*sizes, 1])
        every += size
        if worst(group) is Verdict.EQUAL:
            shares = [
                min(p.legacy.share, p.modern.share)
                for p in group
                if p.legacy is not None and p.modern is not None and p.verdict is Verdict.EQUAL
            ]
            run += size * max(shares, default=0.0)
    return run / every if every else 0.0
