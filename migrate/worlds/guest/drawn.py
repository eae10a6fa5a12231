"""Random draws of both worlds as the same numbers: a function of the shape and of how often it was drawn before.

The two Keras seed and order their generators differently, so that no seed makes a dropout drop the same elements. Here
the lowest functions that both draw with are replaced for a while; what is made of the numbers (rates, scales, shapes of
noise) is left to each world, and therefore compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeGuard

import tensorflow as tf

from migrate.worlds.guest.draws import Owned
from migrate.worlds.guest.framework_types import Operand, Shape, Tensor

TENSORFLOW_RANDOM = (tf.random, tf.compat.v2.random, tf.compat.v1.random)
"""The modules that TensorFlow's draws are reached by: tf-keras takes them from the second."""


class Drawn:
    """The numbers; each shape counts its own draws."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[object, ...]] = Counter()

    def shares(self, shape: Shape) -> Tensor:
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
        numbers: Tensor = tf.cast(tf.reshape(waves - tf.floor(waves), sizes), "float32")
        return numbers

    def uniform(
        self,
        shape: Shape,
        minval: Operand = 0.0,
        maxval: Operand | None = 1.0,
        dtype: object = None,
    ) -> Tensor:
        """Numbers between two bounds."""
        kind = tf.as_dtype(dtype or "float32")
        upper = 1.0 if maxval is None else maxval
        low, high = tf.cast(minval, "float32"), tf.cast(upper, "float32")
        numbers: Tensor = tf.cast(low + (high - low) * self.shares(shape), kind)
        return numbers

    def normal(
        self, shape: Shape, mean: Operand = 0.0, stddev: Operand = 1.0, dtype: object = None
    ) -> Tensor:
        """Normal numbers (Box and Muller, 1958)."""
        one, other = self.shares(shape), self.shares(shape)
        radius = tf.sqrt(-2.0 * tf.math.log(1.0 - tf.multiply(0.999999, one)))
        return _scaled(radius * tf.cos(tf.multiply(2.0 * math.pi, other)), mean, stddev, dtype)

    def truncated(
        self, shape: Shape, mean: Operand = 0.0, stddev: Operand = 1.0, dtype: object = None
    ) -> Tensor:
        """Normal numbers within two standard deviations."""
        waves = tf.clip_by_value(self.normal(shape), -2.0, 2.0)
        return _scaled(waves, mean, stddev, dtype)

    def dropout(
        self, inputs: Tensor, rate: Operand, noise_shape: Sequence[int | Tensor | None] | None = None
    ) -> Tensor:
        """Inputs with a share of them zero and the others scaled up."""
        tensor = tf.convert_to_tensor(inputs)
        shape = tf.shape(tensor)
        if noise_shape is not None:
            shape = tf.stack(
                [shape[i] if n is None else tf.cast(n, "int32") for i, n in enumerate(noise_shape)]
            )
        elif tensor.shape.is_fully_defined():
            shape = tensor.shape.as_list()
        kept = tf.cast(tf.greater_equal(self.shares(shape), tf.cast(rate, "float32")), tensor.dtype)
        shown = 1.0 - rate if isinstance(rate, int | float) else tf.subtract(tf.ones_like(rate), rate)
        dropped: Tensor = tensor * kept / tf.cast(shown, tensor.dtype)
        return dropped


def _scaled(waves: Tensor, mean: Operand, stddev: Operand, dtype: object) -> Tensor:
    spread = tf.multiply(tf.cast(stddev, "float32"), waves)
    numbers: Tensor = tf.cast(tf.cast(mean, "float32") + spread, dtype or "float32")
    return numbers


def _listed(shape: Shape) -> TypeGuard[Sequence[int | Tensor]]:
    return isinstance(shape, list | tuple | tf.TensorShape)


def of_tensorflow(drawn: Drawn) -> dict[Owned, object]:
    """What to put in place of TensorFlow's own functions: owner and name → function.

    What they take beside the numbers' law, such as a seed, is ignored.
    """
    uniform: Callable[..., Tensor] = tf.random.uniform

    def floats(
        shape: Shape,
        minval: Operand = 0,
        maxval: Operand | None = None,
        dtype: object = "float32",
        *rest: object,
        **more: object,
    ) -> Tensor:
        if tf.as_dtype(dtype).is_integer:
            return uniform(shape, minval, maxval, dtype, *rest, **more)
        return drawn.uniform(shape, minval, maxval, dtype)

    def dropout(
        x: Tensor,
        rate: Operand,
        noise_shape: Sequence[int | Tensor | None] | None = None,
        *rest: object,
        **more: object,
    ) -> Tensor:
        return drawn.dropout(x, rate, noise_shape)

    made: dict[str, object] = {
        "uniform": floats,
        "normal": _in_place(drawn.normal),
        "truncated_normal": _in_place(drawn.truncated),
    }
    return {
        **{(module, name): function for module in TENSORFLOW_RANDOM for name, function in made.items()},
        (tf.nn, "dropout"): dropout,
    }


def _in_place(draw: Callable[[Shape, Operand, Operand, object], Tensor]) -> Callable[..., Tensor]:
    """Numbers around a mean, with the parameters and defaults of TensorFlow."""

    def function(
        shape: Shape,
        mean: Operand = 0.0,
        stddev: Operand = 1.0,
        dtype: object = "float32",
        *rest: object,
        **more: object,
    ) -> Tensor:
        return draw(shape, mean, stddev, dtype)

    return function


@contextmanager
def replaced(functions: Mapping[Owned, object]) -> Iterator[None]:
    """Put functions in place of attributes for a while."""
    before = {(owner, name): getattr(owner, name) for owner, name in functions}
    for (owner, name), function in functions.items():
        setattr(owner, name, function)
    try:
        yield
    finally:
        for (owner, name), function in before.items():
            setattr(owner, name, function)
