"""What the modern world is asked by contract: to build with Keras 3, compare, write and deploy."""

from __future__ import annotations

from pathlib import Path

from migrate.capsule.ends import DescribedModel, TensorSpec
from migrate.worlds.contracts.call import Call, Reply
from migrate.worlds.contracts.models import ArraysFile, RunCases, Shares, Step
from migrate.worlds.contracts.own_code import SubclassedRoot
from migrate.worlds.contracts.saved_models import Orders


class Build(Call[DescribedModel], frozen=True):
    """Build the model of a capsule and set its weights by role; it is held.

    Attributes:
        folder: of the records.
        custom_objects: Python files that define what they name.
        stem: of the records.
        without: workarounds that are left out.
    """

    folder: Path
    custom_objects: list[str]
    stem: str = "modern"
    without: tuple[str, ...] = ()


class LiftGraph(Call[DescribedModel], frozen=True):
    """Build the model that a frozen graph computes, and write its records as ``lifted``; it is held.

    Raises ``EXP020`` and ``EXP021`` for what layers cannot express.
    """

    path: Path


class LiftSignature(Call[DescribedModel], frozen=True):
    """The same for a signature of a SavedModel."""

    path: Path
    signature: str
    orders: Orders
    tags: list[str]


class How(Reply, frozen=True):
    """How a model of the author's own class is called.

    Attributes:
        arrangement: structure of lists and mappings of its argument; leaves are positions among the inputs, or None for
            what is not given.
        order: for each of its flat outputs the position among the signature's.
        keys: of its outputs in the same order, where they are a dict.
        parameters: how many numbers its weights have.
    """

    arrangement: object
    order: list[int]
    keys: list[str] | None
    parameters: int


class BuildSubclassed(Call[How], frozen=True):
    """Build a model of the author's own class; it is held.

    Attributes:
        root: what the reader says of it.
        inputs: of the signature.
        outputs: keys of the signature.
        custom_objects: Python files that define the class.
    """

    root: SubclassedRoot
    inputs: tuple[TensorSpec, ...]
    outputs: list[str]
    custom_objects: list[str]


class PredictSubclassed(RunCases, frozen=True, kw_only=True):
    """Outputs of that model, in the signature's order; ``dtypes`` are those of the inputs."""

    how: How
    dtypes: list[str]


class Cover(Call[Shares], frozen=True):
    """What cases cover of the held model, beside what earlier calls covered.

    Attributes:
        probes: the cases.
        compute: the half precision that it computes in; empty for none.
        relative: the user's tolerance.
    """

    probes: Path
    compute: str
    relative: float | None


class Restored(Reply, frozen=True):
    """How many slots of the optimizer were set, and how many variables it has."""

    slots: int
    variables: int


class CompileModel(Call[Restored], frozen=True):
    """Compile the held model as a plan says, and restore the optimizer's state.

    Raises ``OPT002`` for a slot without a variable, ``WGT013`` where shapes differ.

    Attributes:
        folder: of the records.
        plan: JSON of ``compile``, ``iterations`` and ``extras``.
        slots: arrays named ``slot|path``.
        custom_objects: Python files that define what the plan names.
        stem: of the records.
    """

    folder: Path
    plan: Path
    slots: Path
    custom_objects: list[str]
    stem: str = "modern"


class CompileClass(Call[Restored], frozen=True):
    """The same for a model of the author's own class; its slots are named ``slot|object number``."""

    how: How
    plan: Path
    slots: Path
    custom_objects: list[str]


class TrainStep(Call[Step], frozen=True):
    """One training step of the held, compiled model on a batch of arrays ``x/0`` …, ``y/0`` …; its weights change."""

    folder: Path
    batch: Path
    stem: str = "modern"
    out: str = "step.safetensors"


class Saved(Reply, frozen=True):
    """Outputs in the worker's folder."""

    keras: str | None = None
    saved_model: str | None = None


class Save(Call[Saved], frozen=True):
    """Write the held model.

    Attributes:
        keras: as ``.keras``.
        saved_model: as SavedModel.
        input_names: keys of the SavedModel's signature.
        output_names: of its results.
        readers: releases of Keras that the ``.keras`` is for; those of today unless given.
    """

    keras: bool
    saved_model: bool = False
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    readers: str = ""


class Deployed(Reply, frozen=True):
    """What was written in the worker's folder: the model, or the records and arrays that its source is written from."""

    file: str | None = None
    graph: str | None = None
    arrays: str | None = None


class Deploy(Call[Deployed], frozen=True):
    """Write the held model in a deployment format; raises ``EXP023`` and ``EXP024``."""

    format: str


class RunDeployed(RunCases, frozen=True, kw_only=True):
    """Outputs of a file that `Deploy` wrote, by the format's own runtime; raises ``EXP024``."""

    format: str
    file: Path


class TraceTorch(Call[ArraysFile], frozen=True):
    """Outputs of the layers of a written PyTorch ``source`` with its weights in ``file``, for the first case."""

    probes: Path
    file: Path
    source: Path
    out: str = "traced.safetensors"
