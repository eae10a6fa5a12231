"""SavedModels in the legacy world: load with every Keras 2 reviver registered, run signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras  # noqa: F401 - registers the revivers that optimizers and layers in the object graph need

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.formats.saved_model.names import PROTO
from migrate.worlds.guest import graphs
from migrate.worlds.guest.functions import CALL, as_signature, signatures_of
from migrate.worlds.guest.layouts import channels_first_ops, names_channels_first, turning
from migrate.worlds.guest.runner import cases_of, to_numpy
from migrate.worlds.guest.sensitivity import Covered, gradients_of, mark
from migrate.worlds.guest.session import GraphSession
from migrate.worlds.guest.signatures import SessionOnlyError, call_signature, describe_signatures, load

_held: dict[str, Any] = {}


def load_saved_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Load ``path`` and describe its signatures in the order that ``orders`` says.

    Without any signature the root's ``functions`` stand for them.

    What no Python function can express goes through a session; ``by_tensor_names`` says which way it was, and
    ``channels_first`` names the operations that processors run only turned (`migrate.worlds.guest.layouts`).
    """
    orders = params.get("orders", {})
    first = _held["channels_first"] = _channels_first(Path(params["path"]) / PROTO)
    try:
        loaded = load(params["path"], params.get("tags"))
    except SessionOnlyError:
        _held["loaded"] = session = GraphSession(params["path"], params.get("tags"))
        return {"signatures": session.describe(orders), "by_tensor_names": True, "channels_first": first}
    signatures = _held["signatures"] = signatures_of(loaded, params.get("functions", []))
    _held.pop("covered", None)
    _held["loaded"] = loaded  # its variables live as long as it does
    described = describe_signatures(signatures, orders)
    return {"signatures": described, "by_tensor_names": False, "channels_first": first}


def _channels_first(file: Path) -> list[str]:
    from tensorflow.core.protobuf import saved_model_pb2

    serialized = file.read_bytes()
    if not names_channels_first(serialized):
        return []
    metas = saved_model_pb2.SavedModel.FromString(serialized).meta_graphs
    return sorted({op for meta in metas for op in channels_first_ops(meta.graph_def)})


def predict_signature(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of ``signature`` for every case; a stateful model is loaded afresh."""
    loaded = _held["loaded"]
    if isinstance(loaded, GraphSession):
        return loaded.call(params, scratch)
    with turning(_held["channels_first"]):
        return call_signature(_held["signatures"][params["signature"]], params, scratch)


def predict_call(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the loaded object's own ``__call__`` for every case: of a Keras model, its traced graph.

    Raises:
        MigrationError: ``PAR004`` for an object that is not called with tensors.
    """
    function = as_signature(getattr(_held["loaded"], CALL, None))
    if function is None:
        raise MigrationError("PAR004", "the SavedModel provides no call of its model")
    keys = list(function.structured_input_signature[1])
    names = {"inputs": keys, "outputs": list(function.structured_outputs)}
    with turning(_held["channels_first"]):
        return call_signature(function, {**params, **names}, scratch)


def cover_signature(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """What the cases of ``probes`` cover of the variables that a signature reads, beside what earlier calls covered.

    Raises:
        MigrationError: ``PAR009`` for a graph that only a session can run.
    """
    if isinstance(_held["loaded"], GraphSession):
        raise MigrationError("PAR009", "the graph runs in a session, which provides no gradients")
    function = _held["signatures"][params["signature"]]
    specs = function.structured_input_signature[1]
    covered: Covered = _held.setdefault("covered", Covered())
    read = {v.name: v for v in getattr(function, "variables", ()) if v.dtype.is_floating}
    for name, variable in read.items():
        covered.arrays.setdefault(name, np.zeros(tuple(variable.shape), bool))
    rng = np.random.default_rng(0)
    for arrays in cases_of(Path(params["probes"])):

        def run(arrays: list[Array] = arrays) -> list[Any]:
            given = {
                key: tf.convert_to_tensor(array, dtype=specs[key].dtype)
                for key, array in zip(params["inputs"], arrays, strict=True)
            }
            with turning(_held["channels_first"]):
                outputs = function(**given)
            return [outputs[key] for key in params["outputs"]]

        for name, gradient in gradients_of(read, run, ("", params["relative"]), rng).items():
            mark(covered.arrays[name], to_numpy(read[name]), gradient)
    return covered.shares()


HANDLERS = {
    "load_saved_model": load_saved_model,
    "predict_signature": predict_signature,
    "predict_call": predict_call,
    "cover_signature": cover_signature,
    **graphs.HANDLERS,
}
