"""The conditional random field of keras-contrib in tf-keras, independent of what Keras 3 gets.

Source: ``keras_contrib/layers/crf.py`` of 2.0.8.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf
import tf_keras

from migrate.worlds.guest.framework_types import Config, Tensor


@tf_keras.saving.register_keras_serializable(package="keras_migrate")
class ContribCRF(tf_keras.layers.Layer):  # type: ignore[misc]
    """One-hot tags or shares, ``(batch, steps, units)``.

    Args:
        units: number of tags.
        learn_mode: ``join`` or ``marginal``.
        test_mode: ``viterbi`` or ``marginal``; that of the learn mode when it is None.
        use_boundary: whether the first and the last step have energies of their own.
        use_bias: whether the energies of the input have a bias.
        activation: of these energies.
        kwargs: of every layer.
    """

    def __init__(
        self,
        units: int,
        learn_mode: str = "join",
        test_mode: str | None = None,
        use_boundary: bool = True,
        use_bias: bool = True,
        activation: object = "linear",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.learn_mode = learn_mode
        self.test_mode = test_mode or {"join": "viterbi"}.get(learn_mode, "marginal")
        self.use_boundary = use_boundary
        self.use_bias = use_bias
        self.activation = tf_keras.activations.get(activation)

    def build(self, input_shape: Sequence[int]) -> None:
        """Create the weights in the order of the package."""
        units = self.units
        self.kernel = self.add_weight("kernel", (int(input_shape[-1]), units))
        self.chain_kernel = self.add_weight("chain_kernel", (units, units))
        self.bias = self.add_weight("bias", (units,), initializer="zeros") if self.use_bias else 0.0
        if self.use_boundary:
            self.left_boundary = self.add_weight("left_boundary", (units,), initializer="zeros")
            self.right_boundary = self.add_weight("right_boundary", (units,), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Decode or sum up, with the steps in front."""
        unary = self.activation(tf.tensordot(inputs, self.kernel, 1) + self.bias)
        unary = tf.transpose(unary, [1, 0, 2])
        width = tf.shape(unary)[0]
        first = tf.one_hot(0, width)[:, tf.newaxis, tf.newaxis]
        last = tf.one_hot(width - 1, width)[:, tf.newaxis, tf.newaxis]
        linked = tf.ones_like(unary[:, :, :1])
        backward = linked
        if mask is not None:
            real = tf.transpose(tf.cast(mask, tf.float32))[..., tf.newaxis]
            padded = tf.pad(real, [[1, 1], [0, 0], [0, 0]])
            first = tf.cast(real > padded[:-2], tf.float32)
            last = tf.cast(padded[2:] > real, tf.float32)
            linked, backward = real * padded[2:], real * padded[:-2]
        if self.use_boundary:
            unary += first * self.left_boundary + last * self.right_boundary
        if mask is not None:
            unary *= real
        if self.test_mode == "viterbi":
            best: Tensor = tf.transpose(self._path(unary, linked), [1, 0, 2])
            return best
        sums = self._sums(unary, linked)
        behind = tf.reverse(self._sums(tf.reverse(unary, [0]), tf.reverse(backward, [0])), [0])
        ahead = tf.pad(sums[:-1], [[1, 0], [0, 0], [0, 0]])
        behind = tf.pad(behind[1:], [[0, 1], [0, 0], [0, 0]])
        shares: Tensor = tf.transpose(tf.nn.softmax(-(ahead + unary + behind)), [1, 0, 2])
        return shares

    def _sums(self, unary: Tensor, linked: Tensor) -> Tensor:
        def step(score: Tensor, now: tuple[Tensor, Tensor]) -> Tensor:
            chain = self.chain_kernel * now[1][..., tf.newaxis]
            sums: Tensor = tf.reduce_logsumexp(-(chain + tf.subtract(now[0], score)[..., tf.newaxis]), 1)
            return sums

        found: Tensor = tf.scan(step, (unary, linked), tf.zeros_like(unary[0]))
        return found

    def _path(self, unary: Tensor, linked: Tensor) -> Tensor:
        def step(state: tuple[Tensor, Tensor], now: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            total = self.chain_kernel * now[1][..., tf.newaxis] + tf.add(now[0], state[0])[..., tf.newaxis]
            return tf.reduce_min(total, 1), tf.argmin(total, 1, tf.int32)

        start = (tf.zeros_like(unary[0]), tf.zeros_like(unary[0], tf.int32))
        _, pointers = tf.scan(step, (unary, linked), start)
        tags = tf.scan(
            lambda tag, table: tf.gather(table, tag, batch_dims=1), pointers, pointers[-1][:, 0], reverse=True
        )
        path: Tensor = tf.one_hot(tags, self.units)
        return path

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor | None:
        """The mask goes on where each step has an output of its own to weigh."""
        return mask if self.learn_mode == "marginal" else None

    def get_config(self) -> Config:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "learn_mode": self.learn_mode,
            "test_mode": self.test_mode,
            "use_boundary": self.use_boundary,
            "use_bias": self.use_bias,
            "activation": tf_keras.activations.serialize(self.activation),
        }
