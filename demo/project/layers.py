"""The project's own layer."""

from keras import backend as K
from keras.engine.topology import Layer


class Scale(Layer):
    """Multiplies each channel by a weight of its own."""

    def __init__(self, initial=1.0, **kwargs):
        self.initial = initial
        super(Scale, self).__init__(**kwargs)

    def build(self, input_shape):
        self.scale = self.add_weight(
            name="scale", shape=(input_shape[-1],), initializer="ones", trainable=True
        )
        super(Scale, self).build(input_shape)

    def call(self, x):
        return x * self.scale * K.cast_to_floatx(self.initial)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super(Scale, self).get_config()
        config["initial"] = self.initial
        return config
