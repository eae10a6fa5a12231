"""The function of a TF Hub module that ``hub.KerasLayer`` calls at inference, as a SavedModel restores it."""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import ConcreteFunction, Trackable, Variable


@dataclass(frozen=True, slots=True)
class Module:
    """A module that was loaded.

    Attributes:
        root: keeps its variables alive.
        function: concrete; takes one tensor.
        trainable, fixed: its variables as the layer lists them.
    """

    root: Trackable
    function: ConcreteFunction
    trainable: tuple[Variable, ...]
    fixed: tuple[Variable, ...]


def load_module(folder: str) -> Module:
    """Load a module of TensorFlow 2.

    Raises:
        MigrationError: ``ECO090`` for a module without a function of one tensor.
    """
    root = tf.saved_model.load(folder)
    call = root.__call__ if callable(root) else None
    concrete = [one for one in getattr(call, "concrete_functions", ()) if _at_inference(one)]
    if not concrete:
        raise MigrationError(
            "ECO090",
            "the module has no function with one tensor for inference (TensorFlow 1 modules have only signatures)",
            "Export the whole model as a SavedModel in its own framework and migrate that.",
        )
    trainable = tuple(getattr(root, "trainable_variables", ()))
    known = {id(variable) for variable in trainable}
    fixed = tuple(v for v in getattr(root, "variables", ()) if id(v) not in known)
    return Module(root, concrete[0], trainable, fixed)


def _at_inference(function: ConcreteFunction) -> bool:
    """Whether a concrete function takes one tensor, and everything else that it takes says inference."""
    args, kwargs = function.structured_input_signature
    given = [*args, *kwargs.values()]
    tensors = [value for value in given if isinstance(value, tf.TensorSpec)]
    settings = [value for value in given if not isinstance(value, tf.TensorSpec)]
    return len(tensors) == 1 and all(value is None or value is False for value in settings)
