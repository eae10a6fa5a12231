"""Random draws that two worlds can be compared in: the same numbers on both sides, instead of drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf


def fixed_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Numbers in the place of normal ones: ``mean + stddev * cos(1.7 i)`` for the i-th element.

    The signature is that of ``keras.random.normal``; ``shape`` may hold tensors.
    """
    sizes = tf.stack([tf.cast(size, "int32") for size in shape]) if isinstance(shape, tuple | list) else shape
    waves = tf.cos(1.7 * tf.cast(tf.range(tf.reduce_prod(sizes)), "float32"))
    return tf.cast(mean + stddev * tf.reshape(waves, sizes), dtype or "float32")


@contextmanager
def fixed_draws(random: Any) -> Iterator[None]:
    """Let a module's ``normal`` give fixed numbers.

    Args:
        random: ``keras.random``, or what stands for it.
    """
    drawn = random.normal
    random.normal = fixed_normal
    try:
        yield
    finally:
        random.normal = drawn
