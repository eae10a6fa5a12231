"""TensorFlow.js models: ``model.json`` and the shards of weights beside it; of layers models all of it.

Written by ``tensorflowjs_converter``, by ``model.save`` in JavaScript, and by Teachable Machine. ``modelTopology`` is
an architecture (of a graph model a graph: ``tfjs_graph.py``), ``weightsManifest`` a list of groups of weights: each
group is the concatenation of its files, in which the values of its weights lie one after the other, little-endian.
Quantised weights are unsigned integers, ``value * scale + min``, or half floats. Source: ``src/io/types.ts`` and
``src/io/io_utils.ts`` of tfjs-core, ``quantization.py`` of the converter.

Names of files are a file's own word, so each must lie in the model's folder or below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from migrate.findings import MigrationError
from migrate.formats.architecture import architecture_writer, decode_architecture, read_text
from migrate.formats.artifact import Format, LayerWeights, LegacyArtifact, SavedArray, Writer
from migrate.formats.layer_config import layer_name, layers_of
from migrate.formats.limits import MAX_MEMBERS, Budget, decode_json, sha256_of
from migrate.formats.links import stays

_DTYPES = {"float32": "<f4", "int32": "<i4", "bool": "|b1"}
_GRAPHS_ALONE = ("string", "complex64")
"""Further dtypes that constants of graphs have."""
_PACKED = {"uint8": "|u1", "uint16": "<u2", "float16": "<f2"}
_LARGEST = float(np.finfo(np.float32).max)
_HINT = "Fetch the model's folder again: model.json and all files that its weightsManifest names."
_JAVASCRIPT = "tfjs-layers "
"""With this the ``keras_version`` of a model begins that JavaScript saved."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a manifest.

    Attributes:
        name: ``dense_1/kernel``.
        shape: of the values.
        dtype: ``float32``, ``int32`` or ``bool``.
        packed: ``uint8``, ``uint16`` or ``float16`` where it is quantised, else empty.
        scale: of a quantised integer.
        lowest: ``min`` of the same.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    packed: str = ""
    scale: float = 1.0
    lowest: float = 0.0

    @property
    def stored(self) -> np.dtype[Any]:
        """The dtype of its values in the file."""
        return np.dtype(_PACKED[self.packed] if self.packed else _DTYPES[self.dtype])

    @property
    def length(self) -> int:
        """Bytes that its values take in the file."""
        return prod(self.shape) * self.stored.itemsize

    def decode(self, data: bytes) -> np.ndarray[Any, np.dtype[Any]]:
        """Its values."""
        values = np.frombuffer(data, self.stored).reshape(self.shape)
        if self.packed in ("uint8", "uint16"):
            scaled = values.astype(np.float64) * self.scale + self.lowest
            return (np.rint(scaled) if self.dtype == "int32" else scaled).astype(
                np.dtype(_DTYPES[self.dtype])
            )
        return values.astype(np.dtype(_DTYPES[self.dtype]))


def tfjs_format(value: Any) -> Format | None:
    """What a decoded ``model.json`` is; None for JSON that is none of TensorFlow.js with weights."""
    if not isinstance(value, dict) or not isinstance(value.get("weightsManifest"), list):
        return None
    topology = value.get("modelTopology")
    if not isinstance(topology, dict):
        return None
    is_graph = value.get("format") == "graph-model" or "node" in topology
    return Format.TFJS_GRAPH if is_graph else Format.TFJS_LAYERS


def shards_of(path: Path) -> list[Path]:
    """The files of weights that a ``model.json`` names, in their order, each once.

    Raises:
        MigrationError: SEC006 for a name that leads out of the folder, FMT015 for a damaged manifest, FMT022 for a file
            that is not there.
    """
    return list(dict.fromkeys(file for files, _ in _groups(path, decoded(path)) for file in files))


def weights_of(path: Path, model: dict[str, Any], *, values: bool = True) -> list[SavedArray]:
    """All weights of a decoded ``model.json``, in its order.

    Raises:
        MigrationError: what `shards_of` raises, SEC004 for sizes without bytes behind them.
    """
    groups = _groups(path, model)
    files = dict.fromkeys(file for group, _ in groups for file in group)
    budget = Budget(path.stat().st_size + sum(file.stat().st_size for file in files), str(path))
    return [
        array
        for group, weights in groups
        for array in _group(group, weights, budget, str(path), values=values)
    ]


def read_tfjs(path: Path, *, values: bool = True) -> LegacyArtifact:
    """Read a layers model.

    Args:
        path: its ``model.json``.
        values: False leaves values in the files: arrays have shape and dtype only, and ``sha256`` is empty.

    Raises:
        MigrationError: FMT015 damaged, FMT022 a file is missing, SEC004 sizes without bytes behind them, SEC006 names
            that lead out of the folder.
    """
    model = decoded(path)
    root = decode_architecture(model["modelTopology"], path.name, str(path))
    arrays = weights_of(path, model, values=values)
    training = model["modelTopology"].get("training_config")
    return LegacyArtifact(
        source=path,
        sha256=tfjs_digest(path) if values else "",
        format=Format.TFJS_LAYERS,
        writer=_writer(model["modelTopology"], root),
        architecture=root,
        weights=_by_layer(root, arrays),
        training=training if isinstance(training, dict) else None,
        metadata={
            key: model[key] for key in ("generatedBy", "convertedBy") if isinstance(model.get(key), str)
        },
    )


def decoded(path: Path) -> dict[str, Any]:
    """A ``model.json`` as values.

    Raises:
        MigrationError: FMT015 for JSON that is no model of TensorFlow.js.
    """
    value = decode_json(read_text(path).lstrip("\ufeff"), path.name, str(path))
    if tfjs_format(value) is None:
        raise MigrationError("FMT015", f"{path.name} is not a TensorFlow.js model", _HINT, str(path))
    model: dict[str, Any] = value
    return model


def _groups(path: Path, model: dict[str, Any]) -> list[tuple[list[Path], list[Weight]]]:
    place = str(path)
    found = []
    count = 0
    for entry in model["weightsManifest"]:
        names = entry.get("paths") if isinstance(entry, dict) else None
        specs = entry.get("weights") if isinstance(entry, dict) else None
        if not isinstance(names, list) or not isinstance(specs, list):
            raise MigrationError(
                "FMT015", "the weightsManifest has a group without files or weights", _HINT, place
            )
        count += len(names) + len(specs)
        if count > MAX_MEMBERS:
            raise MigrationError(
                "SEC004", f"the weightsManifest names {count:,} weights and files", _HINT, place
            )
        found.append(([_file(path, name) for name in names], [_weight(spec, place) for spec in specs]))
    return found


def _file(path: Path, name: Any) -> Path:
    """A file of weights, by the name that the manifest gives it."""
    pure = PurePosixPath(name) if isinstance(name, str) and "\0" not in name else None
    if pure is None or pure.is_absolute() or ".." in pure.parts or "\\" in str(name) or ":" in str(name):
        raise MigrationError(
            "SEC006",
            f"the weights file {name!r} is outside the model's folder",
            "Get the model again from a source you trust.",
            str(path),
        )
    file = path.parent / pure
    if not file.is_file():
        raise MigrationError("FMT022", f"the weights file {name!r} is missing", _HINT, str(path))
    if not stays(file, path.parent.resolve()):
        raise MigrationError("SEC006", f"{name!r} is a link that leaves the folder", _HINT, str(path))
    return file


def _weight(spec: Any, place: str) -> Weight:
    if not isinstance(spec, dict) or not isinstance(spec.get("name"), str):
        raise MigrationError("FMT015", "the weightsManifest has a weight without a name", _HINT, place)
    name, shape, dtype = spec["name"], spec.get("shape"), spec.get("dtype")
    if dtype in _GRAPHS_ALONE:
        raise MigrationError(
            "FMT040",
            f"a TensorFlow.js graph model: the constant {name!r} has the dtype {dtype}",
            "Migrate the author's SavedModel or HDF5 file that it was converted from.",
            place,
        )
    if (
        not isinstance(dtype, str)
        or dtype not in _DTYPES
        or not isinstance(shape, list)
        or not all(type(size) is int and size >= 0 for size in shape)
    ):
        raise MigrationError(
            "FMT015", f"the weight {name!r} has the dtype {dtype!r} and the shape {shape!r}", _HINT, place
        )
    packed = spec.get("quantization")
    if packed is None:
        return Weight(name, tuple(shape), dtype)
    given = packed if isinstance(packed, dict) else {}
    kind, scale, lowest = given.get("dtype"), given.get("scale", 1.0), given.get("min", 0.0)
    if not isinstance(kind, str) or kind not in _PACKED or not (_is_number(scale) and _is_number(lowest)):
        raise MigrationError("FMT015", f"the weight {name!r} is quantised as {packed!r}", _HINT, place)
    return Weight(name, tuple(shape), dtype, kind, float(scale), float(lowest))


def _is_number(value: Any) -> bool:
    """Whether a float32 can hold it; NaN is not."""
    return isinstance(value, int | float) and abs(value) <= _LARGEST


def _group(
    files: list[Path], weights: list[Weight], budget: Budget, place: str, *, values: bool
) -> list[SavedArray]:
    stored, wanted = sum(file.stat().st_size for file in files), sum(weight.length for weight in weights)
    for weight in weights:
        budget.spend(
            prod(weight.shape) * np.dtype(_DTYPES[weight.dtype]).itemsize, f"the weight {weight.name!r}"
        )
    if stored != wanted:
        names = ", ".join(file.name for file in files[:3])
        raise MigrationError(
            "FMT015", f"{names} contain {stored:,} bytes, their weights need {wanted:,}", _HINT, place
        )
    if not values:
        return [
            SavedArray(w.name, np.broadcast_to(np.zeros((), np.dtype(_DTYPES[w.dtype])), w.shape))
            for w in weights
        ]
    data, at, arrays = b"".join(file.read_bytes() for file in files), 0, []
    for weight in weights:
        arrays.append(SavedArray(weight.name, weight.decode(data[at : at + weight.length])))
        at += weight.length
    return arrays


def _by_layer(root: dict[str, Any], arrays: list[SavedArray]) -> list[LayerWeights]:
    """Arrays by layer of the root model, whose own name or that of a layer inside it begins theirs.

    Of ``a`` and ``a/b`` the longer name that fits is the right one. What no layer claims stands under the first part of
    its name, and whoever assigns it says so.
    """
    owners = {name: layer_name(top) for top in layers_of(root) or () for name in _names_below(top)}
    found: dict[str, list[SavedArray]] = {layer_name(top): [] for top in layers_of(root) or ()}
    for array in arrays:
        parts = array.name.split("/")
        heads = ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
        owner = next((owners[head] for head in heads if head in owners), parts[0])
        found.setdefault(owner, []).append(array)
    return [LayerWeights((name,), members) for name, members in found.items()]


def _names_below(layer: dict[str, Any]) -> Iterator[str]:
    """The name of a layer, and those of the layers of the model that it may be."""
    yield layer_name(layer)
    for inner in layers_of(layer) or ():
        yield from _names_below(inner)


def _writer(topology: dict[str, Any], root: dict[str, Any]) -> Writer:
    """The Keras that wrote it, or the one whose dialect JavaScript writes.

    Args:
        topology: states version and backend, also where the architecture stands inside of it.
        root: the architecture.
    """
    version = topology.get("keras_version")
    if isinstance(version, str) and version.startswith(_JAVASCRIPT):
        return Writer("2.4.0", None, "tensorflow", evidence=f"saved by {version}, in the Keras 2 dialect")
    stated: dict[str, Any] = {key: topology[key] for key in ("keras_version", "backend") if key in topology}
    return architecture_writer({**root, **stated})


def tfjs_digest(path: Path) -> str:
    """One digest of a ``model.json`` and the files of weights that it names."""
    from migrate.formats.checkpoint.locate import digest_of_parts

    return digest_of_parts({part: sha256_of(part) for part in (path, *shards_of(path))})
