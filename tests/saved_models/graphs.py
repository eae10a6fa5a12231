"""Writes SavedModels of ``tf.Module``s without Keras, whose graphs hold the operations that ``--lift`` covers.

Usage: ``python graphs.py FOLDER``; one SavedModel a class.
"""

import sys

import numpy as np
import tensorflow as tf

random = np.random.default_rng(0)


def variable(*shape):
    """Normal values of float32."""
    return tf.Variable(random.normal(size=shape).astype(np.float32))


class Text(tf.Module):
    """Embedding, a mask by comparison, a mean of what is not padding, softmax."""

    def __init__(self):
        super().__init__()
        self.table, self.kernel, self.bias = variable(20, 6), variable(6, 3), variable(3)

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.int32, name="ids")])
    def serve(self, ids):
        """Class probabilities."""
        words = tf.nn.embedding_lookup(self.table, ids)
        mask = tf.cast(tf.not_equal(ids, 0), tf.float32)[:, :, None]
        mean = tf.reduce_sum(words * mask, 1) / tf.maximum(tf.reduce_sum(mask, 1), 1.0)
        return {"probabilities": tf.nn.softmax(mean @ self.kernel + self.bias)}


class Images(tf.Module):
    """Convolutions, pooling, padding, resizing, unfused normalisation."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias, self.deep, self.last = (
            variable(3, 3, 2, 4),
            variable(4),
            variable(3, 3, 4, 1),
            variable(4, 3),
        )
        self.gamma, self.beta, self.mean = variable(4), variable(4), variable(4)
        self.variance = tf.Variable(np.abs(self.mean.numpy()) + 0.5)

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")])
    def serve(self, image):
        """Scores."""
        y = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(image, self.kernel, 1, "SAME"), self.bias))
        y = tf.nn.batch_normalization(y, self.mean, self.variance, self.beta, self.gamma, 1e-3)
        y = tf.nn.depthwise_conv2d(
            tf.pad(y, [[0, 0], [1, 1], [1, 1], [0, 0]]), self.deep, [1, 1, 1, 1], "VALID"
        )
        y = tf.nn.avg_pool2d(tf.nn.max_pool2d(y, 2, 2, "VALID"), 2, 2, "SAME")
        return {"scores": tf.nn.sigmoid(tf.reduce_mean(tf.image.resize(y, (4, 4)), [1, 2]) @ self.last)}


class Attention(tf.Module):
    """Layer normalisation, einsum, attention, and rearranging of many kinds."""

    def __init__(self):
        super().__init__()
        self.query, self.gamma, self.beta, self.heads = (
            variable(4, 4),
            variable(4),
            variable(4),
            variable(4, 2, 3),
        )

    @tf.function(input_signature=[tf.TensorSpec([None, 6, 4], tf.float32, name="x")])
    def serve(self, x):
        """Several outputs of several dtypes."""
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        n = (x - mean) * tf.math.rsqrt(variance + 1e-5) * self.gamma + self.beta
        weights = tf.nn.softmax(tf.matmul(tf.einsum("bij,jk->bik", n, self.query), n, transpose_b=True) / 2.0)
        h = tf.einsum("bij,jhd->bihd", tf.matmul(weights, n), self.heads)
        h = tf.transpose(tf.reshape(h, [tf.shape(x)[0], 6, 6]), [0, 2, 1])
        z = tf.concat([h, tf.where(h > 0, h, 0.1 * h)], -1)[:, 1:, ::2]
        first, second = tf.split(z, 2, axis=-1)
        extremes = tf.stack([tf.reduce_max(second, 1), tf.reduce_min(second, 1)], 1)
        return {
            "rows": tf.squeeze(tf.gather(first, [0, 2], axis=1)[:, :1], 1),
            "extremes": tf.clip_by_value(extremes, -1.0, 1.0),
            "best": tf.cast(tf.argmax(z, -1), tf.int32),
            "length": tf.norm(z, axis=-1),
            "gelu": tf.nn.gelu(h),
        }


class Sequences(tf.Module):
    """A product over sequences of any length."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias = variable(4, 5), variable(5)

    @tf.function(input_signature=[tf.TensorSpec([None, None, 4], tf.float32, name="x")])
    def serve(self, x):
        """One row for each step."""
        return {"y": tf.nn.elu(tf.tensordot(x, self.kernel, 1) + self.bias)}


if __name__ == "__main__":
    for cls in (Text, Images, Attention, Sequences):
        module = cls()
        signatures = {"serving_default": module.serve}
        tf.saved_model.save(module, f"{sys.argv[1]}/{cls.__name__}", signatures=signatures)
