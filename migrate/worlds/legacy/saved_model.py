"""SavedModels in the legacy world: load with every Keras 2 reviver registered, run signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras  # noqa: F401 - registers the revivers that optimizers and layers in the object graph need

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.formats.saved_model.names import PROTO
from migrate.worlds.contracts.models import ArraysFile, Shares
from migrate.worlds.contracts.saved_models import (
    CoverSignature,
    LoadedSavedModel,
    LoadSavedModel,
    PredictCall,
    PredictSignature,
)
from migrate.worlds.guest.framework_types import ConcreteFunction, Tensor, Trackable
from migrate.worlds.guest.functions import CALL, as_signature, signatures_of
from migrate.worlds.guest.layouts import channels_first_ops, names_channels_first, turning
from migrate.worlds.guest.runner import cases_of, to_numpy
from migrate.worlds.guest.sensitivity import Covered, gradients_of, mark
from migrate.worlds.guest.session import GraphSession
from migrate.worlds.guest.signatures import SessionOnlyError, call_signature, describe_signatures, load


@dataclass(slots=True)
class _Held:
    """What lives between the calls of a SavedModel.

    Attributes:
        loaded: the SavedModel, or its session; variables live as long as it does.
        signatures: of a SavedModel.
        covered: what calls of them covered so far.
        channels_first: its operations that processors run only turned (`migrate.worlds.guest.layouts`).
    """

    loaded: Trackable | GraphSession | None = None
    signatures: Mapping[str, ConcreteFunction] = field(default_factory=dict)
    covered: Covered = field(default_factory=Covered)
    channels_first: list[str] = field(default_factory=list)


_held = _Held()


def load_saved_model(call: LoadSavedModel, scratch: Path) -> LoadedSavedModel:
    """Load a SavedModel and describe its signatures in the order of the file.

    Without any signature the root's functions stand for them. What no Python function can express goes through a
    session.
    """
    stored = call.stored
    first = _held.channels_first = _channels_first(stored.path / PROTO)
    try:
        loaded = load(stored.path, stored.tags)
    except SessionOnlyError:
        _held.loaded = session = GraphSession(stored.path, stored.tags)
        return LoadedSavedModel(session.describe(stored.orders), by_tensor_names=True, channels_first=first)
    _held.loaded, _held.covered = loaded, Covered()
    _held.signatures = signatures_of(loaded, stored.functions)
    described = describe_signatures(_held.signatures, stored.orders)
    return LoadedSavedModel(described, by_tensor_names=False, channels_first=first)


def _channels_first(file: Path) -> list[str]:
    from tensorflow.core.protobuf import saved_model_pb2

    serialized = file.read_bytes()
    if not names_channels_first(serialized):
        return []
    metas = saved_model_pb2.SavedModel.FromString(serialized).meta_graphs
    return sorted({op for meta in metas for op in channels_first_ops(meta.graph_def)})


def predict_signature(call: PredictSignature, scratch: Path) -> ArraysFile:
    """Outputs of a signature for every case; a stateful model is loaded afresh."""
    if isinstance(_held.loaded, GraphSession):
        return _held.loaded.call(call, scratch)
    with turning(_held.channels_first):
        return call_signature(_held.signatures[call.signature], call, call.inputs, call.outputs, scratch)


def predict_call(call: PredictCall, scratch: Path) -> ArraysFile:
    """Outputs of the loaded object's own ``__call__`` for every case: of a Keras model, its traced graph.

    Raises:
        MigrationError: ``PAR004`` for an object that is not called with tensors.
    """
    function = as_signature(getattr(_held.loaded, CALL, None))
    if function is None:
        raise MigrationError("PAR004", "the SavedModel provides no call of its model")
    keys = list(function.structured_input_signature[1])
    with turning(_held.channels_first):
        return call_signature(function, call, keys, list(function.structured_outputs), scratch)


def cover_signature(call: CoverSignature, scratch: Path) -> Shares:
    """What the cases cover of the variables that a signature reads, beside what earlier calls covered.

    Raises:
        MigrationError: ``PAR009`` for a graph that only a session can run.
    """
    if isinstance(_held.loaded, GraphSession):
        raise MigrationError("PAR009", "the graph runs in a session, which provides no gradients")
    function, covered = _held.signatures[call.signature], _held.covered
    specs = function.structured_input_signature[1]
    read = {v.name: v for v in getattr(function, "variables", ()) if v.dtype.is_floating}
    for name, variable in read.items():
        covered.arrays.setdefault(name, np.zeros(tuple(variable.shape), bool))
    rng = np.random.default_rng(0)
    for arrays in cases_of(call.probes):

        def run(arrays: list[Array] = arrays) -> list[Tensor]:
            given = {
                key: tf.convert_to_tensor(array, dtype=specs[key].dtype)
                for key, array in zip(call.inputs, arrays, strict=True)
            }
            with turning(_held.channels_first):
                outputs = function(**given)
            return [outputs[key] for key in call.outputs]

        for name, gradient in gradients_of(read, run, ("", call.relative), rng).items():
            mark(covered.arrays[name], to_numpy(read[name]), gradient)
    return covered.shares()
