"""Random draws that two worlds can be compared in: the same numbers on both sides, instead of drawn ones.

Each number is a function of its place in the shape alone, so that a traced call and an eager one, and worlds that draw
in another order, have the same. See `migrate.worlds.guest.drawn` for numbers that change from draw to draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

Owned = tuple[Any, str]
"""An object and the name of an attribute of it."""


def fixed_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None, name: Any = None
) -> Any:
    """Numbers in the place of normal ones: ``mean + stddev * cos(1.7 i)`` for the i-th element.

    Arguments stand as in ``keras.random.normal`` and ``tf.random.normal``; ``shape`` may hold tensors.
    """
    return tf.cast(tf.cast(mean, "float32") + tf.cast(stddev, "float32") * _waves(shape), dtype or "float32")


def fixed_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = None, dtype: Any = None, seed: Any = None, name: Any = None
) -> Any:
    """Numbers in the place of uniform ones: within two bounds, integers below the upper one."""
    kind = tf.as_dtype(dtype or "float32")
    low, high = tf.cast(minval, "float32"), tf.cast(1.0 if maxval is None else maxval, "float32")
    values = low + (high - low) * (0.5 + 0.499 * _waves(shape))
    return tf.cast(tf.floor(values) if kind.is_integer else values, kind)


def _waves(shape: Any) -> Any:
    sizes = tf.stack([tf.cast(size, "int32") for size in shape]) if isinstance(shape, tuple | list) else shape
    waves = tf.cos(1.7 * tf.cast(tf.range(tf.reduce_prod(sizes)), "float32"))
    return tf.reshape(waves, sizes)


def fixed_in(*modules: Any) -> Mapping[Owned, Any]:
    """Fixed numbers in the place of what modules draw: ``tf.random``, ``keras.random``."""
    made = {"normal": fixed_normal, "truncated_normal": fixed_normal, "uniform": fixed_uniform}
    return {(module, name): function for module in modules for name, function in made.items()}
