"""Write any SavedModel again through Keras 3's ``ExportArchive``, keeping every signature.

The graph stays what it was; what changes is that the artifact is written by today's exporter, with all
variables, tables and assets tracked and the signatures' names, keys, order, dtypes and dynamic dimensions kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import tensorflow as tf
from tensorflow.python.trackable.resource import CapturableResource

from migrate.findings import MigrationError
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.printable import one_line
from migrate.worlds.contracts.saved_models import Orders, Reexport, WrittenSavedModel
from migrate.worlds.guest.framework_types import Archive, ConcreteFunction, Tensor, Trackable
from migrate.worlds.guest.functions import CALL, signatures_of
from migrate.worlds.guest.signatures import load, ordered

OUT = "saved_model"


def reexport(call: Reexport, scratch: Path) -> WrittenSavedModel:
    """Write a SavedModel to ``saved_model`` in the scratch folder; the archive offers its functions, too.

    Raises:
        MigrationError: ``EXP003`` when there is no signature to keep, ``EXP004`` when the exporter refuses.
    """
    stored = call.stored
    loaded = load(stored.path, stored.tags)
    signatures = signatures_of(loaded, stored.functions)
    if not signatures:
        raise MigrationError(
            "EXP003",
            "the SavedModel has no signature, so nothing defines how to call it",
            "Save it again with signatures=..., or use its functions from Python.",
        )
    try:
        kept = _write(loaded, signatures, stored.orders, scratch, stored.functions)
    except MigrationError:
        if not stored.functions:
            raise
        # What Python may call is less than what servers are promised: try again for the signatures alone.
        kept = _write(loaded, signatures, stored.orders, scratch, [])
    return WrittenSavedModel(str(scratch / OUT), kept)


def _write(
    loaded: Trackable,
    signatures: Mapping[str, ConcreteFunction],
    orders: Orders,
    scratch: Path,
    functions: Sequence[str],
) -> list[str]:
    archive = keras.export.ExportArchive()
    archive.track(loaded)
    _keep_initialization(archive, loaded)
    names = sorted(signatures, key=lambda name: name != DEFAULT_SIGNATURE)
    try:
        for name in names:
            function, specs = endpoint(signatures[name], orders.get(name, {}))
            archive.add_endpoint(name, function, input_signature=specs)
        kept = keep_functions(archive, loaded, functions)
        archive.write_out(str(scratch / OUT), verbose=False)
    # A function that Python was offered may read what the archive does not track: a KeyError.
    except (AssertionError, KeyError, ValueError, TypeError, tf.errors.OpError) as error:
        raise MigrationError(
            "EXP004",
            f"the SavedModel cannot be exported again: {one_line(error, 400)}",
            "Keep serving the old SavedModel, or lift it with --lift.",
        ) from error
    return kept


def _keep_initialization(archive: Archive, loaded: Trackable) -> None:
    """Let loading the archive run what loading a SavedModel of TensorFlow 1 runs: it fills tables that functions use.

    The archive keeps the tables that it finds as objects; a graph of TensorFlow 1 makes them by nodes. Source:
    ``_Initializer`` in ``tensorflow/python/saved_model/load_v1_in_v2.py``.
    """
    initializer = getattr(loaded, "initializer", None)
    if isinstance(initializer, CapturableResource):
        root = archive._tf_trackable
        root.initializer, root.asset_paths = initializer, loaded.asset_paths


def keep_functions(archive: Archive, loaded: Trackable, functions: Sequence[str]) -> list[str]:
    """Let the archive's object offer the root's functions, so that ``tf.saved_model.load(…)(x)`` works as before.

    The archive puts each endpoint on its object under the signature's name, and takes the signatures from there. A
    function of that name answers what its author wrote; the signature answers a dict.

    ``variables``, ``trainable_variables`` and ``regularization_losses`` are what TF Hub calls the reusable interface.
    """
    root = archive._tf_trackable
    endpoints = {name: getattr(root, name) for name in archive._endpoint_names}
    archive._get_concrete_fn = endpoints.__getitem__
    kept = []
    for name in functions:
        function = getattr(loaded, name, None)
        if function is not None and (name == CALL or name in endpoints or not hasattr(root, name)):
            setattr(root, name, function)
            kept.append(name)
    if kept:
        for name in ("variables", "trainable_variables", "regularization_losses"):
            values = getattr(loaded, name, None)
            if values is not None:
                setattr(root, name, list(values))
    return kept


def endpoint(
    signature: ConcreteFunction, order: Mapping[str, list[str]]
) -> tuple[Callable[..., dict[str, Tensor]], list[tf.TensorSpec]]:
    """A function that calls a loaded signature, and the specification of its arguments in order."""
    given = signature.structured_input_signature[1]
    keys = ordered(list(order.get("inputs", [])), given)
    out_keys = ordered(list(order.get("outputs", [])), signature.structured_outputs)
    specs = [tf.TensorSpec(given[key].shape, given[key].dtype, name=key) for key in keys]

    def call(*tensors: Tensor) -> dict[str, Tensor]:
        results = signature(**dict(zip(keys, tensors, strict=True)))
        return {key: results[key] for key in out_keys}

    return call, specs
