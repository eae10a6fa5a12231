"""SavedModels in the legacy world: load with every Keras 2 reviver registered, run signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tf_keras  # noqa: F401 - registers the revivers that optimizers and layers in the object graph need

from migrate.findings import MigrationError
from migrate.worlds import graphs
from migrate.worlds.functions import CALL, as_signature, signatures_of
from migrate.worlds.session import GraphSession
from migrate.worlds.signatures import SessionOnlyError, call_signature, describe_signatures, load

_held: dict[str, Any] = {}


def load_saved_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Load ``path`` and describe its signatures in the order that ``orders`` says.

    Without any signature the root's ``functions`` stand for them.

    What no Python function can express goes through a session; ``by_tensor_names`` says which way it was.
    """
    orders = params.get("orders", {})
    try:
        loaded = load(params["path"], params.get("tags"))
    except SessionOnlyError:
        _held["loaded"] = session = GraphSession(params["path"], params.get("tags"))
        return {"signatures": session.describe(orders), "by_tensor_names": True}
    signatures = _held["signatures"] = signatures_of(loaded, params.get("functions", []))
    _held["loaded"] = loaded  # its variables live as long as it does
    return {"signatures": describe_signatures(signatures, orders), "by_tensor_names": False}


def predict_signature(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of ``signature`` for every case; a stateful model is loaded afresh."""
    loaded = _held["loaded"]
    if isinstance(loaded, GraphSession):
        return loaded.call(params, scratch)
    return call_signature(_held["signatures"][params["signature"]], params, scratch)


def predict_call(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the loaded object's own ``__call__`` for every case: of a Keras model, its traced graph.

    Raises:
        MigrationError: ``PAR004`` for an object that is not called with tensors.
    """
    function = as_signature(getattr(_held["loaded"], CALL, None))
    if function is None:
        raise MigrationError("PAR004", "the SavedModel offers no call of its model")
    keys = list(function.structured_input_signature[1])
    names = {"inputs": keys, "outputs": list(function.structured_outputs)}
    return call_signature(function, {**params, **names}, scratch)


HANDLERS = {
    "load_saved_model": load_saved_model,
    "predict_signature": predict_signature,
    "predict_call": predict_call,
    **graphs.HANDLERS,
}
