"""The registered function and layer of this model."""

import tensorflow as tf
from tensorflow import keras


@keras.utils.register_keras_serializable(package="mine")
def squash(x):
    """Into (-1, 1), slowly."""
    return x / (1.0 + tf.abs(x))


@keras.utils.register_keras_serializable(package="mine")
class Shift(keras.layers.Layer):
    """Add a learned offset to a fixed one."""

    def __init__(self, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.offset = offset

    def build(self, input_shape):
        self.learned = self.add_weight(name="learned", shape=(input_shape[-1],), initializer="zeros")

    def call(self, inputs):
        return inputs + self.offset + self.learned

    def get_config(self):
        return dict(super().get_config(), offset=self.offset)
