"""What worlds are asked for proofs of user code: to run a definition or a program, and to say what it did."""

from __future__ import annotations

from pathlib import Path

from migrate.worlds.contracts.call import Call, Reply

Definitions = dict[str, tuple[int, int]]
"""Definition to its first and last line in a subject's module."""


class ToldWeight(Reply, frozen=True):
    """A weight: its path by names, its path by positions, its shape."""

    name: str
    place: str
    shape: list[int]


class CaseFacts(Reply, frozen=True):
    """Comparable values of one case that are no arrays; None for what the kind of subject does not have.

    Attributes:
        trainable: positions of the weights that training changes.
        regularised: whether it has losses of its own.
        built_shape: what ``compute_output_shape`` says.
        name: of a loss or metric.
        rebuilds: whether its class makes another one from its configuration.
        refused: whether Keras' own code refuses the case.
    """

    trainable: list[int] | None = None
    regularised: bool | None = None
    built_shape: list[int | None] | None = None
    name: str | None = None
    rebuilds: bool | None = None
    refused: bool = False


class Case(Reply, frozen=True):
    """One way in which a subject was called; see `migrate.parity.candidates.Candidate` for shapes and kinds."""

    shapes: list[list[int]]
    kinds: list[str]
    weights: list[ToldWeight]
    facts: CaseFacts


class RanPlaces(Reply, frozen=True):
    """How many places of a definition ran, of how many, and the lines that hold one which did not."""

    run: int
    all: int
    missed: list[int]


class Referenced(Reply, frozen=True):
    """What a subject computes in the legacy world.

    Attributes:
        cases: inputs, weights and facts of each.
        random: arrays that differ from draw to draw.
        refused: why candidates did not fit.
        kind: what it turned out to be.
        file: of the arrays, named ``case/array``.
        executed: by definition.
    """

    cases: list[Case]
    random: list[str]
    refused: list[str]
    kind: str
    file: str
    executed: dict[str, RanPlaces]


class ProveReference(Call[Referenced], frozen=True):
    """Choose inputs that the subject of a module accepts, draw its weights and run it."""

    file: str
    kind: str
    definitions: Definitions
    out: str = "reference.safetensors"


class Proven(Reply, frozen=True):
    """What a subject computes in the modern world.

    Attributes:
        facts: by case.
        paired: by case, how its weights were paired with those of the reference.
        narrower: cases behind the first that Keras' own code refuses.
        file: of the arrays, named ``case/array``.
        executed: by definition.
    """

    facts: list[CaseFacts]
    paired: list[str]
    narrower: list[str]
    file: str
    executed: dict[str, RanPlaces]


class ProveResult(Call[Proven], frozen=True):
    """Run the subject of a module on the cases of a reference; ``reference`` is the file of its arrays."""

    file: str
    kind: str
    definitions: Definitions
    cases: list[Case]
    reference: Path
    out: str = "result.safetensors"


class RanProgram(Reply, frozen=True):
    """What a program did.

    Attributes:
        trace: file of its events.
        arrays: file of arrays.
        steps: that were made.
        error: of an exception that ended it; empty otherwise.
        site: where, as ``FILE:LINE``.
    """

    trace: str
    arrays: str
    steps: int
    error: str
    site: str


class RunInLockstep(Call[RanProgram], frozen=True):
    """Run a program in a copy of a folder; the process serves nothing else afterwards.

    Attributes:
        folder: that it starts in.
        arguments: a script or ``-m MODULE``, and what it is given.
        steps: training steps to record.
        stem: of the files that are written.
        reference: arrays of the reference run, whose batches and weights are taken.
    """

    folder: Path
    arguments: list[str]
    steps: int
    stem: str
    reference: Path | None = None
