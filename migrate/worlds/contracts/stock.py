"""What the stock world is asked: to load what was written exactly as a user will.

That world contains nothing of this project, so its handlers take and give these records as dictionaries.
"""

from __future__ import annotations

from pathlib import Path

from migrate.capsule.ends import DescribedModel, Ends, TensorSpec
from migrate.worlds.contracts.call import Call, Reply
from migrate.worlds.contracts.models import RunCases
from migrate.worlds.contracts.modern import How


class LoadKeras(Call[DescribedModel], frozen=True):
    """``keras.saving.load_model(path)``, with the objects that these Python files define; it is held."""

    path: Path
    custom_objects: tuple[str, ...] = ()


class Counted(Reply, frozen=True):
    """How many numbers the weights of a model have."""

    parameters: int


class LoadClass(Call[Counted], frozen=True):
    """The same for a model of the author's own class, which says nothing of inputs."""

    path: Path
    custom_objects: list[str]


class PredictLoaded(RunCases, frozen=True):
    """Outputs of the held ``.keras``; with ``graph`` traced once, as ``model.predict`` does; ``draw`` of `Predict`."""

    graph: bool = False
    draw: bool = False


class PredictOnBatch(RunCases, frozen=True):
    """What ``model.predict_on_batch`` gives: the call that a user makes, with Keras' own errors."""


class PredictClass(RunCases, frozen=True, kw_only=True):
    """Outputs of a model of the author's own class."""

    how: How
    dtypes: list[str]
    graph: bool = False


class CallSavedModel(RunCases, frozen=True, kw_only=True):
    """Outputs of a signature of a SavedModel, loaded with ``tf.saved_model.load``.

    Attributes:
        path: its folder.
        inputs: keys in the order of the cases.
        outputs: keys.
        signature: its name.
        stateful: whether each case begins with the SavedModel loaded afresh.
    """

    path: Path
    inputs: list[str]
    outputs: list[str]
    signature: str = "serving_default"
    stateful: bool = False


class Served(Reply, frozen=True):
    """Signatures of a SavedModel."""

    signatures: dict[str, Ends]


class DescribeSignatures(Call[Served], frozen=True):
    """Keys, dtypes and shapes of every signature of a SavedModel."""

    path: Path


class LoadedArchive(Reply, frozen=True):
    """What an older Keras 3 says of an archive: ``left_out`` are its warnings of state that it did not load."""

    inputs: tuple[TensorSpec, ...]
    output_names: list[str]
    left_out: list[str]


class Load(Call[LoadedArchive], frozen=True):
    """``keras.saving.load_model(path)`` in a Keras 3 of any release and backend."""

    path: Path
    custom_objects: list[str]


class Nested(Reply, frozen=True):
    """A file of outputs, and how they stand in what ``predict_on_batch`` gives: ``*`` for an array."""

    file: str
    nesting: str


class PredictArchive(Call[Nested], frozen=True):
    """Outputs of the archive that `Load` holds."""

    probes: Path
    out: str = "outputs.safetensors"
