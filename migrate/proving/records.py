"""The JSON contract of ``keras-migrate prove``: ``proofs.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import msgspec

SCHEMA = 1


class Verdict(StrEnum):
    """What a proof of one definition came to."""

    EQUAL = "equal"
    """Every comparison was made and is within its tolerance."""
    DIFFERS = "differs"
    """Both worlds ran it, and the numbers or facts differ."""
    BROKEN = "broken"
    """tf-keras ran it, and Keras 3 raised."""
    UNPROVEN = "unproven"
    """There is no reference, or it says nothing; ``reason`` says why."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was compared, at its worst over all cases; ``used`` is the error over the allowed one."""

    name: str
    equal: bool
    max_rel: float
    used: float
    reason: str = ""


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """Places of a definition's source that ran in one world.

    ``missed`` are the lines of ``file``, between ``first`` and ``last``, that hold a place which did not.
    """

    file: str
    first: int
    last: int
    run: int
    all: int
    missed: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """From 0 to 1; a definition without a body of its own counts as run."""
        return self.run / self.all if self.all else 1.0


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One definition, called in one way, in both worlds.

    ``arguments`` and ``origin`` say what it was called with and where that came from; ``inputs`` are the shapes
    (without the batch) and kinds of the inputs of each case; ``left`` is what the source rules named and could not
    change.
    """

    name: str
    kind: str
    file: str
    line: int
    end: int
    verdict: Verdict
    reason: str = ""
    at: int = 0
    """Line of the file that raised in Keras 3; 0 where nothing did."""
    arguments: str = ""
    origin: str = ""
    inputs: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    random: tuple[str, ...] = ()
    """Results that are drawn, and therefore not compared."""
    narrower: tuple[str, ...] = ()
    """Inputs that tf-keras takes and layers of Keras 3 refuse; others were compared."""
    paired: str = ""
    """How weights were paired: by names, places or order."""
    legacy: Ran | None = None
    modern: Ran | None = None
    helpers: tuple[Ran, ...] = ()
    """What ran in Keras 3 of the other definitions that this one uses."""
    left: tuple[str, ...] = ()


class LeftOut(msgspec.Struct, frozen=True):
    """A definition that no proof by itself is about."""

    name: str
    line: int
    why: str


class ProofReport(msgspec.Struct, frozen=True, kw_only=True):
    """All proofs of some sources."""

    schema: int
    source: str
    proofs: tuple[Proof, ...]
    skipped: tuple[LeftOut, ...]
    counts: dict[str, int]
    covered: float
    """Share of the definitions' places that ran in both worlds, of those proven equal, over all definitions."""


def worst(proofs: Iterable[Proof]) -> Verdict:
    """The verdict on a definition that was called in several ways: any failure counts, then any success."""
    found = {proof.verdict for proof in proofs}
    for verdict in (Verdict.DIFFERS, Verdict.BROKEN, Verdict.EQUAL):
        if verdict in found:
            return verdict
    return Verdict.UNPROVEN


def by_definition(proofs: Iterable[Proof]) -> dict[tuple[str, str], list[Proof]]:
    """Proofs by file and name, in order."""
    found: dict[tuple[str, str], list[Proof]] = {}
    for proof in proofs:
        found.setdefault((proof.file, proof.name), []).append(proof)
    return found


def counts_of(proofs: Iterable[Proof]) -> dict[str, int]:
    """Definitions by verdict, all verdicts named."""
    counted = Counter(worst(group) for group in by_definition(proofs).values())
    return {verdict.value: counted[verdict] for verdict in Verdict}
