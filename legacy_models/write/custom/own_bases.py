"""Layers of an author who calls the bases' constructors in every way but with ``**kwargs``."""

import tensorflow as tf
from tensorflow.keras.layers import Dense, Layer


class Explicit(Layer):
    """Calls its base by name."""

    def __init__(self, units):
        Layer.__init__(self)
        self.units = units

    def build(self, input_shape):
        self.scale = self.add_weight("scale", shape=(input_shape[-1], self.units))

    def call(self, x):
        return tf.matmul(x, self.scale)

    def get_config(self):
        return dict(super().get_config(), units=self.units)


class Frozen(Explicit):
    """Fixes what its base takes, and hands the rest on."""

    def __init__(self, **kwargs):
        super().__init__(3)
        self.trainable = False

    def get_config(self):
        return {"name": self.name}


class Named(Layer):
    """Fixes its name and dtype."""

    def __init__(self, rate=0.5):
        super(Named, self).__init__(name="named", dtype="float32")
        self.rate = rate

    def call(self, x):
        return x * self.rate

    def get_config(self):
        return dict(super().get_config(), rate=self.rate)


class Gate(Dense):
    """Derived from a layer of Keras, whose configuration it leaves alone."""

    def __init__(self, units):
        super().__init__(units, "sigmoid", kernel_initializer="he_normal")
