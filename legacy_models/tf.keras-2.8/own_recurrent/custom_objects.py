"""Layers of an author who derives from Keras' recurrent layers."""

import tensorflow as tf
from tensorflow.keras.layers import GRU, LSTM


class Peephole(LSTM):
    """Doubles what goes in; its configuration is its base's."""

    def call(self, inputs, mask=None, training=None, initial_state=None):
        return super().call(2.0 * inputs, mask=mask, training=training, initial_state=initial_state)


class Residual(GRU):
    """Adds its input; its constructor hands everything on."""

    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(units, return_sequences=True, **kwargs)
        self.scale = scale

    def call(self, inputs, mask=None, training=None, initial_state=None):
        found = super().call(inputs, mask=mask, training=training, initial_state=initial_state)
        return tf.add(found, self.scale * inputs)

    def get_config(self):
        config = super().get_config()
        config.pop("return_sequences")
        config["scale"] = self.scale
        return config
