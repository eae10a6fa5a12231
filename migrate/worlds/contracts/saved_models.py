"""What worlds are asked about SavedModels and frozen graphs."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrate.capsule.ends import Signature
from migrate.worlds.contracts.call import Call, Reply
from migrate.worlds.contracts.models import RunCases, Shares

Orders = dict[str, dict[str, list[str]]]
"""Signature to the keys of its ``inputs`` and ``outputs``, in the order of the file; TensorFlow sorts them."""


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SavedModel, and what the reader says of it that loading needs.

    Attributes:
        path: its folder.
        orders: of the signatures' keys.
        tags: of the meta graph to take.
        functions: what the root offers to Python.
    """

    path: Path
    orders: Orders
    tags: list[str]
    functions: list[str] = msgspec.field(default_factory=list)


class LoadedSavedModel(Reply, frozen=True):
    """Signatures of a SavedModel, those of its functions where it has none.

    ``by_tensor_names`` says that only a session can run it; ``channels_first`` names the operations that processors run
    only turned (`migrate.worlds.guest.layouts`).
    """

    signatures: dict[str, Signature]
    by_tensor_names: bool
    channels_first: list[str]


class LoadSavedModel(Call[LoadedSavedModel], frozen=True):
    """Load a SavedModel with TensorFlow, untouched; raises ``FMT018`` where TensorFlow refuses."""

    stored: Stored


class PredictSignature(RunCases, frozen=True, kw_only=True):
    """Outputs of a signature of the loaded SavedModel; ``inputs`` and ``outputs`` are its keys in order."""

    signature: str
    inputs: list[str]
    outputs: list[str]


class PredictCall(RunCases, frozen=True):
    """Outputs of the loaded object's own ``__call__``: of a Keras model, its traced graph; raises ``PAR004``."""


class CoverSignature(Call[Shares], frozen=True):
    """What cases cover of the variables that a signature reads, beside what earlier calls covered.

    Raises ``PAR009`` for a graph that only a session can run. ``relative`` is the user's tolerance.
    """

    probes: Path
    signature: str
    inputs: list[str]
    outputs: list[str]
    relative: float | None


class DescribedGraph(Reply, frozen=True):
    """The ends of a frozen graph, and its operations that processors run only turned."""

    ends: Signature
    channels_first: list[str]


class LoadGraph(Call[DescribedGraph], frozen=True):
    """Describe a frozen graph; raises ``FMT018``, and ``FMT028`` for variables without values."""

    path: Path


class PredictGraph(RunCases, frozen=True, kw_only=True):
    """Outputs of a frozen graph."""

    path: Path


class WrittenSavedModel(Reply, frozen=True):
    """A SavedModel in the worker's folder, and the functions that it offers to Python."""

    saved_model: str
    functions: list[str] = msgspec.field(default_factory=list)


class Reexport(Call[WrittenSavedModel], frozen=True):
    """Write a SavedModel again through Keras 3's exporter; raises ``EXP003`` and ``EXP004``."""

    stored: Stored


class ReexportByNames(Call[WrittenSavedModel], frozen=True):
    """The same by the names of its tensors, with the signatures of ``orders``; raises ``EXP006``."""

    stored: Stored


class ServeGraph(Call[WrittenSavedModel], frozen=True):
    """Write a SavedModel whose one signature runs a frozen graph; raises ``EXP004``."""

    path: Path
