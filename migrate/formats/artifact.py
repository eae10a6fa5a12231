"""What a reader hands on: an artifact exactly as its file has it, decoded but not translated.

Nothing here knows a dialect. Names, argument spellings and weight layouts are those of the writing era; the
rules in ``migrate.dialects`` translate them. Arrays are plain numpy arrays in the layout of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class Format(StrEnum):
    """What a path holds, told by content."""

    HDF5_MODEL = "hdf5-model"
    """HDF5 with ``model_config``: architecture and weights."""
    HDF5_WEIGHTS = "hdf5-weights"
    """HDF5 in the Keras 1 and 2 layout (``layer_names``), weights only."""
    HDF5_GOLDEN = "hdf5-golden"
    """HDF5 with recorded inputs and outputs of a model: a reference, not a model."""
    HDF5_OTHER = "hdf5-other"
    """HDF5 that no Keras wrote."""
    KERAS_ARCHIVE = "keras-archive"
    """Zip archive with ``config.json`` and ``model.weights.h5`` (2.12 and later, 3.x)."""
    WEIGHTS_ARCHIVE = "weights-archive-layout"
    """``*.weights.h5`` of 2.12 and later: the groups of an archive, no architecture."""
    ARCHITECTURE_JSON = "architecture-json"
    ARCHITECTURE_YAML = "architecture-yaml"
    TFJS_LAYERS = "tfjs-layers-model"
    """TensorFlow.js layers model: ``model.json`` with the files of weights that it names beside it."""
    TFJS_GRAPH = "tfjs-graph-model"
    """TensorFlow.js graph model: operations of a converted graph."""
    SAVED_MODEL = "saved-model"
    """Directory with ``saved_model.pb`` (or ``.pbtxt``), or that file itself."""
    CHECKPOINT = "checkpoint"
    """Tensor bundle: ``PREFIX.index`` and ``PREFIX.data-?????-of-?????``."""
    META_GRAPH = "meta-graph"
    """TF1 ``.meta``: a graph without its variables' values."""
    FROZEN_GRAPH = "frozen-graph"
    """Bare ``GraphDef``, its variables folded into constants."""
    GIT_LFS_POINTER = "git-lfs-pointer"
    """The pointer that stands for a file that was never fetched (git-lfs, git-annex)."""
    TRUNCATED = "truncated"
    """A model format whose end is missing, or an empty file."""
    NOT_A_MODEL = "not-a-model"

    @property
    def is_model(self) -> bool:
        """Whether the content can be (part of) a model that migration is about."""
        return self not in _NO_MODELS


_NO_MODELS = frozenset(
    {Format.HDF5_GOLDEN, Format.HDF5_OTHER, Format.GIT_LFS_POINTER, Format.TRUNCATED, Format.NOT_A_MODEL}
)

ARCHITECTURES = frozenset({Format.ARCHITECTURE_JSON, Format.ARCHITECTURE_YAML})
"""What holds an architecture and no weights."""

BARE_GRAPHS = frozenset({Format.FROZEN_GRAPH, Format.TFJS_GRAPH})
"""A graph alone, whose weights are constants in it."""

TFJS = frozenset({Format.TFJS_LAYERS, Format.TFJS_GRAPH})
"""``model.json`` with the files of weights that it names."""

WEIGHTS = frozenset({Format.HDF5_WEIGHTS, Format.WEIGHTS_ARCHIVE, Format.CHECKPOINT})
"""What holds weights and needs an architecture from elsewhere."""


UNREADABLE = "training_unreadable"
"""Key of an artifact's metadata: why its training state could not be read, where that is so."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote the file, as far as it says or shows.

    Attributes:
        keras: Keras version as stored (``"2.2.4-tf"``, ``"1.2.1"``), or inferred; None when nothing tells.
        tensorflow: TensorFlow version as stored, or implied by the Keras version.
        backend: ``"tensorflow"``, ``"theano"``, ``"cntk"``, ``"jax"``, ``"torch"``; None when unknown.
        layout: release whose group layout the weights have (``"2.12"``, ``"2.14"``, ``"2.15"``, ``"3"``),
            archives and archive-layout weights only.
        evidence: how each inferred value was told; empty when all are stored ones.
    """

    keras: str | None = None
    tensorflow: str | None = None
    backend: str | None = None
    layout: str | None = None
    evidence: str = ""

    @property
    def keras_release(self) -> tuple[int, int] | None:
        """Major and minor Keras version, ``(2, 2)`` for ``"2.2.4-tf"``; None when unknown."""
        parts = (self.keras or "").split(".")
        if not parts[0].isdigit():
            return None
        minor = "".join(c for c in parts[1] if c.isdigit()) if len(parts) > 1 else ""
        return int(parts[0]), int(minor or 0)


@dataclass(slots=True)
class SavedArray:
    """One stored array.

    Attributes:
        name: as stored: ``"dense_1/kernel:0"``, ``"lstm_1_W_i"``; for archives the structural path below the
            layer: ``"vars/0"``, ``"forward_layer/cell/vars/1"``.
        array: the values. Read with ``values=False`` it has shape and dtype and no memory behind it.
        stored_dtype: dtype in the file when numpy has no such type (``"bfloat16"``: widened to float32,
            exactly).
    """

    name: str
    array: NDArray[Any]
    stored_dtype: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the stored array."""
        return tuple(self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """numpy dtype of ``array``."""
        return self.array.dtype


@dataclass(slots=True)
class LayerWeights:
    """The arrays of one layer.

    Attributes:
        layer: path of layer *names* from the root model: ``("dense_1",)``, in archives ``("encoder",
            "dense")`` for a layer of a nested model. HDF5 flattens a nested model into one entry. ``()`` is
            the root itself: weights that no layer of the configuration owns (subclassed models,
            ``top_level_model_weights``).
        arrays: in the order of the file. Empty for a layer without weights, where the file lists it.
    """

    layer: tuple[str, ...]
    arrays: list[SavedArray] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path joined by slashes, for messages."""
        return "/".join(self.layer)


@dataclass(slots=True)
class LegacyArtifact:
    """A model file as it is.

    Attributes:
        source: the path that was read (of a pair: the weights file).
        sha256: of the source's bytes, hexadecimal; of a directory see ``limits.sha256_of``. Empty with
            ``values=False``.
        format: what it is.
        writer: who wrote it.
        architecture: root ``{"class_name": ..., "config": ...}`` in the file's own dialect; None for weights
            alone.
        weights: per layer.
        training: raw ``training_config`` (HDF5) or ``compile_config`` (archives).
        optimizer_weights: slots and counters, in file order, named as stored (``"vars/3"`` in archives).
        metric_weights: state of metrics and losses that archives keep beside the layers.
        assets: vocabularies and the like: layer path + file name → bytes.
        metadata: whatever else the file says, plus ``architecture_source`` for a pair.
    """

    source: Path
    sha256: str
    format: Format
    writer: Writer
    architecture: dict[str, Any] | None = None
    weights: list[LayerWeights] = field(default_factory=list)
    training: dict[str, Any] | None = None
    optimizer_weights: list[SavedArray] = field(default_factory=list)
    metric_weights: list[SavedArray] = field(default_factory=list)
    assets: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    def arrays(self) -> Iterator[tuple[LayerWeights, SavedArray]]:
        """Every layer weight with its layer, in file order."""
        for layer in self.weights:
            for array in layer.arrays:
                yield layer, array

    @property
    def parameters(self) -> int:
        """Number of stored weight values (not optimizer slots)."""
        return sum(int(a.array.size) for _, a in self.arrays())
