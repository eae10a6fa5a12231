"""Noise in tf-keras: what a Lambda drew with ``keras.backend.random_normal``."""

from __future__ import annotations

import tensorflow as tf
import tf_keras
from tf_keras.src import backend

from migrate.worlds.guest.drawn import TENSORFLOW_RANDOM
from migrate.worlds.guest.draws import Owned, fixed_in, fixed_normal, fixed_uniform
from migrate.worlds.guest.framework_types import Config, Tensor

_GENERATOR = backend.RandomGenerator
"""What ``keras.backend.random_normal`` and its like draw with."""
FIXED: dict[Owned, object] = {
    **fixed_in(*TENSORFLOW_RANDOM),
    (_GENERATOR, "random_normal"): lambda self, *shape, nonce=None, **more: fixed_normal(*shape, **more),
    (_GENERATOR, "truncated_normal"): lambda self, *shape, nonce=None, **more: fixed_normal(*shape, **more),
    (_GENERATOR, "random_uniform"): lambda self, *shape, nonce=None, **more: fixed_uniform(*shape, **more),
}
"""Fixed numbers in the place of what layers and people's own code draw."""


@tf_keras.saving.register_keras_serializable(package="keras_migrate")
class NormalNoise(tf_keras.layers.Layer):  # type: ignore[misc]
    """Draw numbers of the shape of the input at every call.

    Args:
        mean: of the distribution.
        stddev: its standard deviation.
        kwargs: of every layer.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 1.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.mean = mean
        self.stddev = stddev

    def call(self, inputs: Tensor) -> Tensor:
        """The noise."""
        noise: Tensor = tf.random.normal(tf.shape(inputs), self.mean, self.stddev, dtype=self.compute_dtype)
        return noise

    def get_config(self) -> Config:
        """The arguments of the constructor."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}
