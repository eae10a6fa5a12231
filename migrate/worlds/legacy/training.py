"""One training step with tf-keras, from the untouched compiled file: the reference for the modern world's step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from migrate.capsule.store import load_arrays
from migrate.worlds.contracts.legacy import StepCompiled
from migrate.worlds.contracts.models import Step
from migrate.worlds.guest.framework_types import LiveModel
from migrate.worlds.guest.runner import nest_like, numbered, to_numpy, write_arrays
from migrate.worlds.guest.tracing import is_long


def step_of(model: LiveModel, call: StepCompiled, scratch: Path) -> Step:
    """One step on fixed data; the file has every weight after it, under its position in ``model.weights``."""
    batch = load_arrays(call.batch)
    inputs = numbered(batch, "x")
    tensors = [tf.convert_to_tensor(a, dtype=t.dtype) for a, t in zip(inputs, model.inputs, strict=True)]
    targets = numbered(batch, "y")
    model.run_eagerly = not is_long(model, [inputs])
    nested = getattr(model, "_nested_inputs", None)
    logs = model.train_on_batch(
        nest_like(nested if nested is not None else model.inputs, tensors)
        if len(tensors) > 1
        else tensors[0],
        targets if len(targets) > 1 else targets[0],
        return_dict=True,
    )
    weights = {str(i): to_numpy(weight) for i, weight in enumerate(model.weights)}
    return Step(write_arrays(scratch / call.out, weights).file, float(np.asarray(logs["loss"])))
