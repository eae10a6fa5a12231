"""Conditional random fields in tf-keras, written after TensorFlow Addons and independent of what Keras 3 gets.

Sources: ``tensorflow_addons/layers/crf.py`` and ``text/crf.py`` of 0.23.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf
import tf_keras

from migrate.worlds.guest.framework_types import Config, Tensor


@tf_keras.saving.register_keras_serializable(package="keras_migrate")
class CRF(tf_keras.layers.Layer):  # type: ignore[misc]
    """Tags ``(batch, steps)``, potentials ``(batch, steps, units)``, lengths ``(batch,)``, transitions.

    Args:
        units: number of tags.
        use_boundary: whether the first and the last step have scores of their own.
        use_kernel: whether the potentials are a dense layer of the input.
        chain_initializer: of the transitions.
        boundary_initializer: of the boundaries.
        kwargs: of every layer.
    """

    def __init__(
        self,
        units: int,
        use_boundary: bool = True,
        use_kernel: bool = True,
        chain_initializer: object = "orthogonal",
        boundary_initializer: object = "zeros",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.use_boundary = use_boundary
        self.use_kernel = use_kernel
        self.chain_initializer = chain_initializer
        self.boundary_initializer = boundary_initializer

    def build(self, input_shape: Sequence[int]) -> None:
        """Create the weights in the order of the package."""
        units = self.units
        self.chain_kernel = self.add_weight(
            "chain_kernel", (units, units), initializer=self.chain_initializer
        )
        if self.use_boundary:
            start = self.boundary_initializer
            self.left_boundary = self.add_weight("left_boundary", (units,), initializer=start)
            self.right_boundary = self.add_weight("right_boundary", (units,), initializer=start)
        if self.use_kernel:
            self.kernel = self.add_weight("kernel", (int(input_shape[-1]), units))
            self.bias = self.add_weight("bias", (units,), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> list[Tensor]:
        """Decode each sequence by itself."""
        scores = tf.cast(inputs, tf.float32)
        if self.use_kernel:
            scores = tf.tensordot(scores, self.kernel, 1) + self.bias
        shape = tf.shape(scores)
        seen = tf.ones(shape[:2], tf.int32) if mask is None else tf.cast(mask, tf.int32)
        if self.use_boundary:
            before = tf.pad(seen[:, :-1], [[0, 0], [1, 0]])
            after = tf.pad(seen[:, 1:], [[0, 0], [0, 1]])
            scores += tf.cast(seen > before, tf.float32)[..., tf.newaxis] * self.left_boundary
            scores += tf.cast(seen > after, tf.float32)[..., tf.newaxis] * self.right_boundary
        lengths = tf.reduce_sum(tf.cast(seen, tf.int64), 1)
        width = shape[1]
        tags = tf.map_fn(
            lambda row: self._best(row[0], tf.cast(row[1], tf.int32), width),
            (scores, lengths),
            fn_output_signature=tf.TensorSpec([scores.shape[1]], tf.int32),
        )
        return [tags, scores, lengths, tf.convert_to_tensor(self.chain_kernel)]

    def _best(self, scores: Tensor, length: Tensor, width: Tensor) -> Tensor:
        """The best path through one sequence, followed by zeros."""
        steps = tf.maximum(length, 1)
        real = scores[:steps]

        def step(state: tuple[Tensor, Tensor], unary: Tensor) -> tuple[Tensor, Tensor]:
            through = state[0][:, tf.newaxis] + self.chain_kernel
            return tf.add(unary, tf.reduce_max(through, 0)), tf.argmax(through, 0, tf.int32)

        first = (real[0], tf.zeros([self.units], tf.int32))
        totals, pointers = tf.scan(step, real[1:], first)
        last = tf.cond(steps > 1, lambda: totals[-1], lambda: real[0])
        end = tf.argmax(last, output_type=tf.int32)
        path = tf.scan(lambda tag, pointer: pointer[tag], pointers, end, reverse=True)
        path = tf.concat([path, end[tf.newaxis]], 0)
        padded: Tensor = tf.pad(path, [[0, tf.subtract(width, steps)]])
        return padded

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor | None:
        """The mask goes on."""
        return mask

    def get_config(self) -> Config:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_boundary": self.use_boundary,
            "use_kernel": self.use_kernel,
            "chain_initializer": self.chain_initializer,
            "boundary_initializer": self.boundary_initializer,
        }
