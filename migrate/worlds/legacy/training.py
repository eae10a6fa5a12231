"""One training step with tf-keras, from the untouched compiled file: the reference for the modern world's step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow.python.eager import context as eager

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays, save_arrays
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.guest.kernels import clear_names
from migrate.worlds.guest.runner import nest_like, to_numpy
from migrate.worlds.guest.tracing import is_long
from migrate.worlds.legacy.scope import scope


def load_compiled(params: dict[str, Any]) -> Any:
    """Load the file with its training configuration and optimizer state."""
    clear_names(tf_keras.backend.clear_session, eager.context())
    with scope(params.get("custom_objects", [])):
        return tf_keras.models.load_model(
            params["source"], compile=True, safe_mode=not params.get("trust", False)
        )


def step_of(model: LiveModel, params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """One step on fixed data.

    Args:
        model: compiled.
        params: ``batch`` (arrays ``x/0`` …, ``y/0`` …) and ``out``.
        scratch: folder for the result.

    Returns:
        ``file``: every weight after the step under its position in ``model.weights``; ``names``; ``loss``.
    """
    batch = load_arrays(Path(params["batch"]))
    inputs = _numbered(batch, "x")
    tensors = [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
    targets = _numbered(batch, "y")
    model.run_eagerly = not is_long(model, [inputs])
    nested = getattr(model, "_nested_inputs", None)
    logs = model.train_on_batch(
        nest_like(nested if nested is not None else model.inputs, tensors)
        if len(tensors) > 1
        else tensors[0],
        targets if len(targets) > 1 else targets[0],
        return_dict=True,
    )
    out = scratch / params["out"]
    save_arrays(out, {str(i): to_numpy(weight) for i, weight in enumerate(model.weights)})
    names = [weight.name.split(":")[0] for weight in model.weights]
    return {"file": str(out), "names": names, "loss": float(np.asarray(logs["loss"]))}


def _numbered(arrays: Mapping[str, Array], prefix: str) -> list[Array]:
    names = sorted((n for n in arrays if n.startswith(f"{prefix}/")), key=lambda n: int(n.split("/")[1]))
    return [arrays[name] for name in names]
