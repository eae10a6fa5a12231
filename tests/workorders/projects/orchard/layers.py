"""Layers of the orchard's own."""

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Layer


class RunningMean(Layer):
    """What is left of the inputs without their running mean."""

    def __init__(self, momentum=0.9, **kwargs):
        super(RunningMean, self).__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        self.mean = self.add_weight("mean", shape=(input_shape[-1],), initializer="zeros", trainable=False)
        super(RunningMean, self).build(input_shape)

    def call(self, inputs, training=None):
        if training:
            batch = K.mean(inputs, axis=0)
            self.add_update(self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * batch))
        return inputs - self.mean

    def get_config(self):
        return {**super(RunningMean, self).get_config(), "momentum": self.momentum}


class Weigher(Layer):
    """One factor a feature, made when the first inputs come."""

    def __init__(self, **kwargs):
        super(Weigher, self).__init__(**kwargs)
        self.factor = None

    def call(self, inputs):
        if self.factor is None:
            self.factor = self.add_weight("factor", shape=(inputs.shape[-1],), initializer="ones")
        return K.tanh(inputs * self.factor)


class Reader(Layer):
    """Reads a sequence step by step, and forgets."""

    def __init__(self, kept=0.5, **kwargs):
        super(Reader, self).__init__(**kwargs)
        self.kept = kept

    def call(self, inputs):
        read = tf.zeros_like(inputs[:, 0])
        for step in tf.range(tf.shape(inputs)[1]):
            read = self.kept * read + inputs[:, step]
        return read

    def get_config(self):
        return {**super(Reader, self).get_config(), "kept": self.kept}


class Penalised(Layer):
    """One factor a feature, kept small."""

    def __init__(self, rate=0.1, **kwargs):
        super(Penalised, self).__init__(**kwargs)
        self.rate = rate

    def build(self, input_shape):
        self.scale = self.add_weight("scale", shape=(input_shape[-1],), initializer="ones")
        self.add_loss(lambda: self.rate * K.sum(K.square(self.scale)))
        super(Penalised, self).build(input_shape)

    def call(self, inputs):
        self.add_metric(K.mean(inputs), name="level", aggregation="mean")
        return inputs * self.scale

    def get_config(self):
        return {**super(Penalised, self).get_config(), "rate": self.rate}


class Upright(Layer):
    """Turns a batch whose numbers add up to less than nothing."""

    def call(self, inputs):
        if tf.reduce_sum(inputs) > 0:
            return inputs
        return -inputs
