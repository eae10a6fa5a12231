"""Random draws of both worlds as the same numbers: a function of the shape and of how often it was drawn before.

The two Keras seed and order their generators differently, so that no seed makes a dropout drop the same elements. Here
the lowest functions that both draw with are replaced for a while; what is made of the numbers (rates, scales, shapes of
noise) is left to each world, and therefore compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

TENSORFLOW_RANDOM = (tf.random, tf.compat.v2.random, tf.compat.v1.random)
"""The modules that TensorFlow's draws are reached by: tf-keras takes them from the second."""


class Drawn:
    """The numbers; each shape counts its own draws."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[object, ...]] = Counter()

    def shares(self, shape: Any) -> Any:
        """Numbers from 0 to below 1, float32.

        The fraction of a large multiple of a sine; see ``fixed_normal`` in `migrate.worlds.guest.draws` for why it is
        made of operations: a graph may not know the shape.
        """
        sizes = tf.convert_to_tensor(
            [tf.cast(size, "int32") for size in shape] if _listed(shape) else shape, "int32"
        )
        static = tf.get_static_value(sizes)
        key = ("unknown",) if static is None else tuple(int(size) for size in static)
        count = self._counts[key]
        self._counts[key] += 1
        index = tf.cast(tf.range(tf.reduce_prod(sizes)), "float64")
        waves = tf.sin((index + 1.0) * 12.9898 + (count + 1.0) * 78.233) * 43758.5453
        return tf.cast(tf.reshape(waves - tf.floor(waves), sizes), "float32")

    def uniform(self, shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None) -> Any:
        """Numbers between two bounds."""
        kind = tf.as_dtype(dtype or "float32")
        upper = 1.0 if maxval is None else maxval
        low, high = tf.cast(minval, "float32"), tf.cast(upper, "float32")
        return tf.cast(low + (high - low) * self.shares(shape), kind)

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None) -> Any:
        """Normal numbers (Box and Muller, 1958)."""
        one, other = self.shares(shape), self.shares(shape)
        waves = tf.sqrt(-2.0 * tf.math.log(1.0 - 0.999999 * one)) * tf.cos(2.0 * math.pi * other)
        return tf.cast(tf.cast(mean, "float32") + tf.cast(stddev, "float32") * waves, dtype or "float32")

    def truncated(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None) -> Any:
        """Normal numbers within two standard deviations."""
        waves = tf.clip_by_value(self.normal(shape), -2.0, 2.0)
        return tf.cast(tf.cast(mean, "float32") + tf.cast(stddev, "float32") * waves, dtype or "float32")

    def dropout(self, inputs: Any, rate: Any, noise_shape: Any = None) -> Any:
        """Inputs with a share of them zero and the others scaled up."""
        inputs = tf.convert_to_tensor(inputs)
        shape = tf.shape(inputs)
        if noise_shape is not None:
            shape = tf.stack(
                [shape[i] if n is None else tf.cast(n, "int32") for i, n in enumerate(noise_shape)]
            )
        elif inputs.shape.is_fully_defined():
            shape = inputs.shape.as_list()
        kept = tf.cast(self.shares(shape) >= tf.cast(rate, "float32"), inputs.dtype)
        return inputs * kept / tf.cast(1.0 - rate, inputs.dtype)


def _listed(shape: Any) -> bool:
    return isinstance(shape, list | tuple | tf.TensorShape)


def of_tensorflow(drawn: Drawn) -> dict[tuple[Any, str], Any]:
    """What to put in place of TensorFlow's own functions: owner and name → function."""
    uniform = tf.random.uniform

    def floats(
        shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", *rest: Any, **more: Any
    ) -> Any:
        if tf.as_dtype(dtype).is_integer:
            return uniform(shape, minval, maxval, dtype, *rest, **more)
        return drawn.uniform(shape, minval, maxval, dtype)

    def normal(
        shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", *rest: Any, **more: Any
    ) -> Any:
        return drawn.normal(shape, mean, stddev, dtype)

    def truncated(
        shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", *rest: Any, **more: Any
    ) -> Any:
        return drawn.truncated(shape, mean, stddev, dtype)

    def dropout(x: Any, rate: Any, noise_shape: Any = None, *rest: Any, **more: Any) -> Any:
        return drawn.dropout(x, rate, noise_shape)

    made = {"uniform": floats, "normal": normal, "truncated_normal": truncated}
    return {
        **{(module, name): function for module in TENSORFLOW_RANDOM for name, function in made.items()},
        (tf.nn, "dropout"): dropout,
    }


@contextmanager
def replaced(functions: Mapping[tuple[Any, str], Any]) -> Iterator[None]:
    """Put functions in place of attributes for a while."""
    before = {(owner, name): getattr(owner, name) for owner, name in functions}
    for (owner, name), function in functions.items():
        setattr(owner, name, function)
    try:
        yield
    finally:
        for (owner, name), function in before.items():
            setattr(owner, name, function)
