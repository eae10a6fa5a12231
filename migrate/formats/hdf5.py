"""HDF5 models and weights of Keras 0.3 to 2.15, tf.keras and tf-keras.

The layout is that of ``keras/engine/topology.py`` (1.x, 2.x) and ``keras/saving/hdf5_format.py``: attributes
``model_config``, ``training_config``, ``keras_version``, ``backend`` at the root, a group ``model_weights``
(absent in weights-only files, whose root takes its place) with ``layer_names``, below it one group for each
layer with ``weight_names``, and ``optimizer_weights``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py

from migrate.findings import MigrationError
from migrate.formats.architecture import decode_architecture
from migrate.formats.artifact import UNREADABLE, Format, LayerWeights, LegacyArtifact, SavedArray
from migrate.formats.hdf5_access import H5Source
from migrate.formats.limits import check_depth, decode_json, sha256_of
from migrate.formats.writers import infer_backend, infer_writer, stored_writer

if TYPE_CHECKING:
    from pathlib import Path

    from migrate.formats.artifact import Writer

_KNOWN_ATTRS = frozenset({"model_config", "training_config", "keras_version", "backend", "layer_names"})
_TOP_LEVEL = "top_level_model_weights"


def read_hdf5(path: Path, *, values: bool = True) -> LegacyArtifact:
    """Read an HDF5 model or weights file in the Keras 0.3 to 2.15 layout.

    Args:
        path: the file, whatever its suffix.
        values: False leaves the values where they are: arrays have shape and dtype only, ``sha256`` is empty.

    Raises:
        MigrationError: FMT015 damaged, WGT020 arrays missing, FMT023 not of Keras, FMT005 the other layout,
            SEC003 and SEC004 for hostile content.
    """
    place = str(path)
    try:
        stored = path.stat().st_size
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot read {path.name}: {error.strerror}", "Check the path.", place
        ) from error
    with H5Source(path, place, stored, values=values) as source:
        root = source.file
        config = source.attr(root, "model_config")
        weights_root = source.group(root, "model_weights") or root
        layers = read_layers(source, weights_root)
        if layers is None:
            if config is None:
                raise _not_keras(source, place)
            layers = []
        architecture = None if config is None else decode_architecture(config, "model_config", place)
        training, optimizer, unreadable = _training_state(source, root, place)
        return LegacyArtifact(
            source=path,
            sha256=sha256_of(path) if values else "",
            format=Format.HDF5_WEIGHTS if config is None else Format.HDF5_MODEL,
            writer=_writer(source, weights_root, architecture, layers),
            architecture=architecture,
            weights=layers,
            training=training,
            optimizer_weights=optimizer,
            metadata={
                **({UNREADABLE: unreadable} if unreadable else {}),
                **{
                    name: value
                    for name in source.attr_names(root)
                    if name.rstrip("0123456789") not in _KNOWN_ATTRS
                    and _is_plain(value := source.attr(root, name))
                },
            },
        )


def read_layers(source: H5Source, root: h5py.Group) -> list[LayerWeights] | None:
    """The layers that ``layer_names`` lists, in its order; None when the group is not in a Keras layout.

    Raises:
        MigrationError: WGT020 when a name points to nothing: a file whose writing was cut short.
    """
    names = source.names(root, "layer_names")
    if names is None:
        return _keras0_layers(source, root)
    layers = []
    for name in names:
        group = source.group(root, name)
        if group is None:
            raise _dangling(source, f"layer {name!r}")
        layers.append(LayerWeights((name,), _named_arrays(source, group)))
    top = source.group(root, _TOP_LEVEL)
    if top is not None and _TOP_LEVEL not in names and (arrays := _named_arrays(source, top)):
        layers.append(LayerWeights((), arrays))
    return layers


def _named_arrays(source: H5Source, group: h5py.Group) -> list[SavedArray]:
    """The datasets that a group's ``weight_names`` lists."""
    arrays = []
    names = source.names(group, "weight_names") or []
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise MigrationError(
            "WGT020",
            f"weight {twice!r} of {group.name} is listed twice, and an HDF5 file contains each name once",
            "The writer raised `name already exists` while it saved this file, as tf.keras 2.0 does for cells of an "
            "RNN: save the model as a SavedModel or a checkpoint.",
            source.place,
        )
    for name in names:
        # Keras 2.0 called a counter "/iterations", and h5py stores what begins so at the root of the file.
        dataset = source.get(source.file if name.startswith("/") else group, name)
        if not isinstance(dataset, h5py.Dataset):
            raise _dangling(source, f"weight {name!r} of {group.name}")
        arrays.append(source.array(dataset, name))
    return arrays


def _keras0_layers(source: H5Source, root: h5py.Group) -> list[LayerWeights] | None:
    """Keras 0.x: ``nb_layers`` groups ``layer_0``…, each with ``nb_params`` datasets ``param_0``…."""
    count = source.attr(root, "nb_layers")
    if not isinstance(count, int) or not 0 <= count <= len(root):
        return None
    layers = []
    for index in range(count):
        group = source.group(root, f"layer_{index}")
        if group is None:
            raise _dangling(source, f"layer_{index}")
        arrays = []
        params = source.attr(group, "nb_params")
        for number in range(params if isinstance(params, int) and params <= len(group) else len(group)):
            dataset = source.get(group, f"param_{number}")
            if not isinstance(dataset, h5py.Dataset):
                raise _dangling(source, f"param_{number} of layer_{index}")
            arrays.append(source.array(dataset, f"param_{number}"))
        layers.append(LayerWeights((f"layer_{index}",), arrays))
    return layers


def _training_state(
    source: H5Source, root: h5py.Group, place: str
) -> tuple[dict[str, Any] | None, list[SavedArray], str]:
    """Training configuration, slots, and why they cannot be read: that never costs the model.

    Raises:
        MigrationError: of the family SEC, for what no part of a file may hold.
    """
    try:
        return _training(source, place), _optimizer(source, root), ""
    except MigrationError as error:
        if error.code.startswith("SEC"):
            raise
        return None, [], error.message


def _optimizer(source: H5Source, root: h5py.Group) -> list[SavedArray]:
    """Slots and counters under ``optimizer_weights``, as listed, or else in numeric order of their names."""
    group = source.group(root, "optimizer_weights")
    if group is None:
        return []
    if source.names(group, "weight_names") is not None:
        return _named_arrays(source, group)
    names = [n for n in source.children(group) if isinstance(source.get(group, n), h5py.Dataset)]
    names.sort(key=lambda n: (int(t) if (t := n.rsplit("_", 1)[-1]).isdigit() else -1, n))
    return [source.array(source.get(group, n), n) for n in names]


def _training(source: H5Source, place: str) -> dict[str, Any] | None:
    text = source.attr(source.file, "training_config")
    if text is None:
        return None
    value = decode_json(text, "training_config", place) if isinstance(text, str) else None
    if isinstance(value, str):
        value = decode_json(value, "training_config", place)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise MigrationError("FMT015", "training_config is not an object", "The file is damaged.", place)
    check_depth(value, "training_config", place)
    return value


def _writer(
    source: H5Source,
    weights_root: h5py.Group,
    architecture: dict[str, Any] | None,
    layers: list[LayerWeights],
) -> Writer:
    keras = source.text(source.file, "keras_version") or source.text(weights_root, "keras_version")
    backend = source.text(source.file, "backend") or source.text(weights_root, "backend")
    names = [array.name for layer in layers for array in layer.arrays]
    if keras is None and architecture is not None:
        stored = architecture.get("keras_version")
        keras = stored if isinstance(stored, str) else None
        stored = architecture.get("backend")
        backend = backend or (stored if isinstance(stored, str) else None)
    if keras is None:
        return infer_writer(architecture, names, backend)
    if backend is None and names:
        backend, clue = infer_backend(names)
        return stored_writer(keras, backend, clue=clue)
    return stored_writer(keras, backend)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, list) and all(isinstance(v, str | int | float) for v in value)
    )


def _dangling(source: H5Source, what: str) -> MigrationError:
    return MigrationError(
        "WGT020",
        f"{what} is listed but not stored",
        "The file was not written completely; fetch it again.",
        source.place,
    )


def _not_keras(source: H5Source, place: str) -> MigrationError:
    from migrate.formats.archive_tree import is_archive_layout

    members = source.children(source.file)
    if is_archive_layout(members):
        return MigrationError(
            "FMT005", "weights in the archive layout (2.12 and later), not in the Keras 2 layout",
            "Read it with read_archive, together with its architecture.", place,
        )  # fmt: skip
    return MigrationError(
        "FMT023", f"HDF5, but not written by Keras: it contains {', '.join(members[:5]) or 'nothing'}",
        "Pass a model or weights file.", place,
    )  # fmt: skip
