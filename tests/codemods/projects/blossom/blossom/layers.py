"""Layers of our own."""

import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import initializers
from tensorflow.keras.layers import Layer


@tf.keras.utils.register_keras_serializable("blossom")
class AttentionPooling(Layer):
    """Weighted mean over the steps of a sequence."""

    def __init__(self, units=4, **kwargs):
        super(AttentionPooling, self).__init__(**kwargs)
        self.units = units
        self.initializer = initializers.RandomNormal(stddev=0.05, seed=7)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            "kernel",  # the name comes first in Keras 2
            shape=(input_shape[-1], self.units),
            initializer=self.initializer,
            trainable=True,
        )
        self.query = self.add_weight("query", shape=(self.units, 1), initializer="ones")
        super(AttentionPooling, self).build(input_shape)

    def call(self, inputs):
        hidden = K.tanh(K.dot(inputs, self.kernel))
        scores = tf.squeeze(K.dot(hidden, self.query), axis=-1)
        shares = tf.nn.softmax(scores)
        return K.sum(inputs * K.expand_dims(shares, axis=-1), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        config = super(AttentionPooling, self).get_config()
        config.update({"units": self.units})
        return config


class Scale(Layer):
    """One factor a feature; clips what comes out."""

    def __init__(self, limit=2.0, **kwargs):
        super().__init__(**kwargs)
        self.limit = limit

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        scaled = tf.multiply(x, self.factor)
        return tf.clip_by_value(scaled, -self.limit, self.limit)
