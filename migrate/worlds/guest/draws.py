"""Random draws that two worlds can be compared in: the same numbers on both sides, instead of drawn ones.

Each number is a function of its place in the shape alone, so that a traced call and an eager one, and worlds that draw
in another order, have the same. See `migrate.worlds.guest.drawn` for numbers that change from draw to draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import tensorflow as tf

from migrate.worlds.guest.framework_types import Operand, Shape, Tensor

Owned = tuple[object, str]
"""An object and the name of an attribute of it."""


def fixed_normal(
    shape: Shape,
    mean: Operand = 0.0,
    stddev: Operand = 1.0,
    dtype: object = None,
    seed: object = None,
    name: str | None = None,
) -> Tensor:
    """Numbers in the place of normal ones: ``mean + stddev * cos(1.7 i)`` for the i-th element.

    Arguments stand as in ``keras.random.normal`` and ``tf.random.normal``; ``shape`` may hold tensors.
    """
    scaled = tf.multiply(tf.cast(stddev, "float32"), _waves(shape))
    numbers: Tensor = tf.cast(tf.cast(mean, "float32") + scaled, dtype or "float32")
    return numbers


def fixed_uniform(
    shape: Shape,
    minval: Operand = 0.0,
    maxval: Operand | None = None,
    dtype: object = None,
    seed: object = None,
    name: str | None = None,
) -> Tensor:
    """Numbers in the place of uniform ones: within two bounds, integers below the upper one."""
    kind = tf.as_dtype(dtype or "float32")
    low, high = tf.cast(minval, "float32"), tf.cast(1.0 if maxval is None else maxval, "float32")
    values = low + (high - low) * (0.5 + tf.multiply(0.499, _waves(shape)))
    numbers: Tensor = tf.cast(tf.floor(values) if kind.is_integer else values, kind)
    return numbers


def _waves(shape: Shape) -> Tensor:
    sizes = tf.stack([tf.cast(size, "int32") for size in shape]) if isinstance(shape, tuple | list) else shape
    waves = tf.cos(1.7 * tf.cast(tf.range(tf.reduce_prod(sizes)), "float32"))
    arranged: Tensor = tf.reshape(waves, sizes)
    return arranged


def fixed_in(*modules: ModuleType) -> Mapping[Owned, object]:
    """Fixed numbers in the place of what modules draw: ``tf.random``, ``keras.random``."""
    made = {"normal": fixed_normal, "truncated_normal": fixed_normal, "uniform": fixed_uniform}
    return {(module, name): function for module in modules for name, function in made.items()}
