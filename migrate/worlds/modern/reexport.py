"""Write any SavedModel again through Keras 3's ``ExportArchive``, keeping every signature.

The graph stays what it was; what changes is that the artifact is written by today's exporter, with all
variables, tables and assets tracked and the signatures' names, keys, order, dtypes and dynamic dimensions kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from migrate.findings import MigrationError
from migrate.worlds.signatures import load, ordered

DEFAULT = "serving_default"


def reexport(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Write ``path`` to ``saved_model`` in the scratch folder.

    ``orders`` gives the keys' order per signature, ``tags`` the meta graph to take.

    Raises:
        MigrationError: ``EXP003`` when there is no signature to keep, ``EXP004`` when the exporter refuses.
    """
    loaded = load(params["path"], params.get("tags"))
    names = [name for name in loaded.signatures if not name.startswith("__")]
    if not names:
        raise MigrationError(
            "EXP003",
            "the SavedModel has no signature, so nothing says how it is called",
            "Save it again with signatures=..., or use its functions from Python.",
        )
    archive = keras.export.ExportArchive()
    archive.track(loaded)
    names.sort(key=lambda name: name != DEFAULT)
    for name in names:
        function, specs = endpoint(loaded.signatures[name], params.get("orders", {}).get(name, {}))
        archive.add_endpoint(name, function, input_signature=specs)
    out = scratch / "saved_model"
    try:
        archive.write_out(str(out), verbose=False)
    except (AssertionError, ValueError, TypeError, tf.errors.OpError) as error:
        raise MigrationError(
            "EXP004",
            f"the SavedModel cannot be exported again: {' '.join(str(error).split())[:400]}",
            "Serve the old SavedModel as it is, or lift it with --lift.",
        ) from error
    return {"saved_model": str(out), "signatures": names, "variables": len(_variables(loaded))}


def endpoint(signature: Any, order: Mapping[str, list[str]]) -> tuple[Any, list[tf.TensorSpec]]:
    """A function that calls a loaded signature, and the specification of its arguments in order."""
    given = signature.structured_input_signature[1]
    keys = ordered(list(order.get("inputs", [])), given)
    out_keys = ordered(list(order.get("outputs", [])), signature.structured_outputs)
    specs = [tf.TensorSpec(given[key].shape, given[key].dtype, name=key) for key in keys]

    def call(*tensors: Any) -> dict[str, Any]:
        results = signature(**dict(zip(keys, tensors, strict=True)))
        return {key: results[key] for key in out_keys}

    return call, specs


def _variables(loaded: Any) -> list[Any]:
    return list(getattr(loaded, "variables", []) or [])


HANDLERS = {"reexport": reexport}
