"""Noise in tf-keras: what a Lambda drew with ``keras.backend.random_normal``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import tensorflow as tf
import tf_keras


def _normal(shape: Any, mean: float, stddev: float, dtype: Any) -> Any:
    return tf.random.normal(shape, mean, stddev, dtype=dtype)


random = SimpleNamespace(normal=_normal)
"""Where the layer takes its numbers from."""


@tf_keras.saving.register_keras_serializable(package="keras_migrate")
class NormalNoise(tf_keras.layers.Layer):  # type: ignore[misc]
    """Draw numbers of the shape of the input at every call.

    Args:
        mean: of the distribution.
        stddev: its standard deviation.
        kwargs: of every layer.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = mean
        self.stddev = stddev

    def call(self, inputs: Any) -> Any:
        """The noise."""
        return random.normal(tf.shape(inputs), self.mean, self.stddev, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}
