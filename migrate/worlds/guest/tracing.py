"""Long recurrences as one traced function: eagerly, each step is a loop of Python.

Traced once, a model of recurrent layers takes about what ``predict`` of its framework takes; an LSTM over 2,083 steps
took minutes before. Short ones stay eager, because a trace costs as much as some dozens of steps. Duck-typed over
tf-keras and Keras 3; TensorFlow is imported when called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate.capsule.model import Array
from migrate.worlds.guest.framework_types import LiveModel, Nested, Tensor

LONG = 32
"""Steps from which on a recurrence is traced."""


def is_long(model: LiveModel, cases: Sequence[Sequence[Array]]) -> bool:
    """Whether a model holds recurrent layers, and the cases may have them take many steps."""
    steps = max((array.shape[1] for arrays in cases for array in arrays if array.ndim > 1), default=0)
    return steps > LONG and any(hasattr(layer, "return_sequences") for layer in model._flatten_layers())


def traced(model: LiveModel, forward: Callable[[list[Tensor]], Nested]) -> Callable[[list[Tensor]], Nested]:
    """A forward pass, traced once for every size that the model's inputs leave open.

    Args:
        model: live; its ``inputs`` say shapes and dtypes.
        forward: from flat tensors, in their order, to a structure of tensors.
    """
    import tensorflow as tf

    specs = [
        tf.TensorSpec([None if d is None else int(d) for d in tensor.shape], tensor.dtype)
        for tensor in model.inputs
    ]
    function = tf.function(
        lambda *tensors: forward(list(tensors)), input_signature=specs, autograph=False, reduce_retracing=True
    )
    return lambda tensors: function(*tensors)
