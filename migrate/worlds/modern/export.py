"""Write a live Keras 3 model: as ``.keras``, and as a SavedModel through ``ExportArchive``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import tensorflow as tf
from packaging.version import Version

from migrate.dialects.keras3_minors.rewriting import make_portable_for_newest
from migrate.dialects.keras3_minors.versions import DEFAULT, Reader
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.worlds.guest.framework_types import Archive, LiveLayer, LiveModel, Nested, Tensor
from migrate.worlds.guest.runner import dims
from migrate.worlds.modern.signature_keys import restore_keys, speakable

TABLED = frozenset({"IntegerLookup", "StringLookup", "TextVectorization", "FeatureSpace", "HashedCrossing"})
"""Layers of Keras that may hold a lookup table or an asset."""


def save_keras(model: LiveModel, path: Path, readers: Sequence[Reader] = DEFAULT) -> None:
    """Write the native archive, for every release of Keras 3 that is to load it."""
    model.save(path)
    make_portable_for_newest(path, Version(keras.__version__), readers)


def export_saved_model(model: LiveModel, path: Path, input_names: list[str], output_names: list[str]) -> None:
    """Write an inference SavedModel that keeps the names callers know.

    Args:
        model: built.
        path: folder to create.
        input_names: argument keys of the signature, in the order of ``model.inputs``.
        output_names: keys of the result, in the order of the flat outputs (Keras 3 alone would call them
            ``output_0`` …; Keras 2 served them under the names of the output layers).
    """
    arguments = speakable(input_names)
    specs = [
        tf.TensorSpec(dims(t.shape), t.dtype, name=arguments[name])
        for name, t in zip(input_names, model.inputs, strict=True)
    ]

    def serve(*tensors: Tensor) -> dict[str, Tensor]:
        outputs = keras.tree.flatten(model(arrange_inputs(model, list(tensors)), training=False))
        return dict(zip(output_names, outputs, strict=True))

    archive = keras.export.ExportArchive()
    _track(archive, model)
    archive.add_endpoint(DEFAULT_SIGNATURE, serve, input_signature=specs)
    archive.write_out(str(path), verbose=False)
    restore_keys(path, {DEFAULT_SIGNATURE: arguments})


def _track(archive: Archive, model: LiveModel) -> None:
    """Give the archive the variables of the model and, where it may hold some, its tables and assets.

    ``track`` walks everything that a model refers to in search of tables, which takes a fifth of the export of a
    small model. Layers of Keras that hold numbers alone have none.
    """
    if any(_may_hold_tables(layer) for layer in model._flatten_layers()):
        archive.track(model)
        return
    archive.add_variable_collection("variables", model.variables)
    archive.add_variable_collection("trainable_variables", model.trainable_variables)
    archive.add_variable_collection("non_trainable_variables", model.non_trainable_variables)


def _may_hold_tables(layer: LiveLayer) -> bool:
    return not type(layer).__module__.startswith("keras.src.") or type(layer).__name__ in TABLED


def arrange_inputs(model: LiveModel, tensors: list[Tensor]) -> Nested:
    """Flat tensors in the structure in which the model takes its inputs."""
    structure = getattr(model, "_inputs_struct", None)
    if structure is None:
        return tensors[0]
    arranged: Nested = keras.tree.pack_sequence_as(structure, tensors)
    return arranged
