"""What the legacy world is asked by contract: to load and run the original, and to call an author's builder."""

from __future__ import annotations

from pathlib import Path

from migrate.capsule.ends import DescribedModel
from migrate.worlds.contracts.call import Call, Reply
from migrate.worlds.contracts.models import ArraysFile, Predict, Step


class LoadOriginal(Call[DescribedModel], frozen=True):
    """Load an untouched file with tf-keras.

    Attributes:
        source: the file or folder.
        custom_objects: Python files that define what it names.
        trust: whether Python bytecode in it may run.
        architecture: a JSON file, where the source holds weights only.
    """

    source: Path
    custom_objects: list[str]
    trust: bool
    architecture: Path | None = None


class Reconstruct(Call[DescribedModel], frozen=True):
    """Build from a capsule's final Keras 2 configuration, and set its weights by role.

    Attributes:
        folder: of the records.
        custom_objects: Python files that define what they name.
        stem: of the records.
        config: name of the configuration.
    """

    folder: Path
    custom_objects: list[str]
    stem: str = "legacy"
    config: str = "keras2.json"


class DrawWeights(Call[ArraysFile], frozen=True):
    """Build the same without weights: they are drawn, the same ones each time, and written."""

    folder: Path
    custom_objects: list[str]
    out: str
    stem: str = "legacy"
    config: str = "keras2.json"


class PredictNudged(Predict, frozen=True, kw_only=True):
    """Outputs of the held model with half of its weights' numbers one unit in the last place further from zero.

    Attributes:
        seed: says which half.
        compute: the half precision that the model computes in; empty for none.
    """

    seed: int
    compute: str


class Compiled(Reply, frozen=True):
    """How many steps the optimizer has made; None where it counts none."""

    iterations: int | None


class LoadCompiled(Call[Compiled], frozen=True):
    """Load an untouched file with its training; it is held beside the model."""

    source: Path
    custom_objects: list[str]
    trust: bool


class PredictCompiled(Predict, frozen=True):
    """Outputs of the model that `LoadCompiled` holds: what a training step made of it."""


class StepCompiled(Call[Step], frozen=True):
    """One training step of the model that `LoadCompiled` holds, on a batch of arrays ``x/0`` …, ``y/0`` …."""

    batch: Path
    out: str = "step.safetensors"


class BuiltModel(Reply, frozen=True):
    """The architecture of one model that a builder returned.

    Attributes:
        file: of the architecture, below the worker's folder.
        part: where in the result the model was, such as ``[0]`` or ``.model``; empty for the result itself.
        shapes: of its weights, in the order of HDF5 files.
        layers: the layer that holds each.
        topology: every layer in order, those without weights, too.
        alike: the same for architectures that differ in the names of layers alone, which a session counts.
    """

    file: Path
    part: str
    shapes: list[list[int]]
    layers: list[str]
    topology: list[str]
    alike: str


class Built(Reply, frozen=True):
    """Every model that a builder returned; at least one."""

    models: list[BuiltModel]


class ArchitecturesOf(Call[Built], frozen=True):
    """Call a builder and write the architecture of each model that it returns.

    Raises ``CFG050`` when its file cannot be imported, ``CFG052`` when it is missing, fails, or returns no model of
    Keras 2.

    Attributes:
        file: Python module.
        function: in it.
        asked: how messages call it.
        out: what the names of the files begin with.
        sizes: its argument; None to call it without one.
        reset_after: the default of ``GRU`` when the weights were written.
        subclassed: whether it returns an object of a class derived from ``Model``, and the shapes of its inputs.
        files: whether files that it reads stand in the folder of its module.
        named: layers of the file that hold arrays, in its order.
        renamed: whether the layers that hold arrays get these names in their order.
        channels_first: whether the ``keras.json`` of whoever trained had this order of dimensions.
    """

    file: Path
    function: str
    asked: str
    out: str
    sizes: list[int] | None = None
    reset_after: bool = True
    subclassed: bool = False
    files: bool = False
    named: tuple[str, ...] = ()
    renamed: bool = False
    channels_first: bool = False
