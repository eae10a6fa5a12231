"""The network of the vineyard."""

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K


class Pooling(keras.layers.Layer):
    """The mean over the steps of a sequence, weighed by how much each of them says."""

    def call(self, inputs):
        strength = K.sqrt(K.sum(K.square(inputs), axis=-1, keepdims=True))
        shares = tf.nn.softmax(strength, axis=1)
        return K.sum(inputs * shares, axis=1)


def base(length, features):
    """The part that was trained before."""
    inputs = keras.Input((length, features))
    x = keras.layers.Dense(8, activation="tanh")(inputs)
    return keras.Model(inputs, x, name="base")


def build(length=6, features=4, classes=3):
    """The whole of it, with its base frozen."""
    below = base(length, features)
    below.trainable = False
    inputs = keras.Input((length, features))
    x = below(inputs)
    x = Pooling()(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    x = keras.layers.Dropout(0.25)(x)
    outputs = keras.layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)
