"""SavedModels in the legacy world: load with every Keras 2 reviver registered, run signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tf_keras  # noqa: F401 - registers the revivers that optimizers and layers in the object graph need

from migrate.worlds.signatures import call_signature, describe_signatures, load

_held: dict[str, Any] = {}


def load_saved_model(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Load ``path`` and describe its signatures in the order that ``orders`` says."""
    _held["loaded"] = load(params["path"], params.get("tags"))
    return {"signatures": describe_signatures(_held["loaded"], params.get("orders", {}))}


def predict_signature(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of ``signature`` for every case; a stateful model is loaded afresh."""
    return call_signature(_held["loaded"].signatures[params["signature"]], params, scratch)


HANDLERS = {"load_saved_model": load_saved_model, "predict_signature": predict_signature}
