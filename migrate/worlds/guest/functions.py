"""Functions that a SavedModel offers to Python beside its signatures: TF Hub's ``module(x)``.

Where a SavedModel has no signature at all, as many on TF Hub, its functions are what it promises: each that takes
tensors, and constants for the rest (``training=False``), is described and called like a signature. Runs inside a world:
TensorFlow is imported when called.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence

from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.worlds.guest.framework_types import ConcreteFunction, Named, Tensor, Trackable

CALL = "__call__"


def signatures_of(loaded: Trackable, functions: Sequence[str]) -> dict[str, ConcreteFunction]:
    """Signatures of a loaded SavedModel, those that only loading runs left out; else its functions as signatures.

    Args:
        loaded: what ``tf.saved_model.load`` gave.
        functions: names of the root's functions; ``__call__`` becomes ``serving_default``.
    """
    own = {name: f for name, f in loaded.signatures.items() if not name.startswith("__")}
    if own:
        return own
    derived = {}
    for name in functions:
        function = as_signature(getattr(loaded, name, None))
        if function is not None:
            derived[DEFAULT_SIGNATURE if name == CALL else name] = function
    return derived


def as_signature(function: object) -> ConcreteFunction | None:
    """A concrete function that takes tensors by key and gives a dict; None where no trace of it is like that."""
    import tensorflow as tf

    traces = [t for t in getattr(function, "concrete_functions", ()) if _tensors(t)]
    if not traces or not callable(function):
        return None
    taken = function
    trace = min(traces, key=lambda t: sum(value is True for value in _constants(t)))
    structure = trace.structured_input_signature
    keys = _keys(_tensors(trace))

    def call(**tensors: Tensor) -> dict[str, Tensor]:
        given = iter([tensors[key] for key in keys])
        leaves = [next(given) if _is_spec(leaf) else leaf for leaf in tf.nest.flatten(structure)]
        args, kwargs = tf.nest.pack_sequence_as(structure, leaves)
        return _by_key(taken(*args, **kwargs))

    specs = {
        key: tf.TensorSpec(spec.shape, spec.dtype, name=key)
        for key, spec in zip(keys, _tensors(trace), strict=True)
    }
    made: ConcreteFunction = tf.function(call, autograph=False).get_concrete_function(**specs)
    return made


def _by_key(result: object) -> dict[str, Tensor]:
    """Outputs under keys as ``tf.saved_model.save`` names them."""
    import tensorflow as tf

    if isinstance(result, Mapping) and all(tf.is_tensor(value) for value in result.values()):
        return dict(result)
    return {f"output_{position}": value for position, value in enumerate(tf.nest.flatten(result))}


def _is_spec(leaf: object) -> bool:
    import tensorflow as tf

    return bool(isinstance(leaf, tf.TensorSpec))


def _tensors(trace: ConcreteFunction) -> list[Named]:
    import tensorflow as tf

    return [leaf for leaf in tf.nest.flatten(trace.structured_input_signature) if _is_spec(leaf)]


def _constants(trace: ConcreteFunction) -> list[object]:
    import tensorflow as tf

    return [leaf for leaf in tf.nest.flatten(trace.structured_input_signature) if not _is_spec(leaf)]


def _keys(specs: Sequence[Named]) -> list[str]:
    """A key for each tensor: its name where that is an argument's name, made unique."""
    keys: list[str] = []
    for position, spec in enumerate(specs):
        plain = re.sub(r"\W", "_", spec.name or "")
        free = plain.isidentifier() and not keyword.iskeyword(plain) and plain not in keys
        keys.append(plain if free else f"input_{position}")
    return keys
