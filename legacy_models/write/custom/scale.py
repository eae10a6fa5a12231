"""The layer class of this model, as its author wrote it for Keras 2."""

from tensorflow import keras


class Scale(keras.layers.Layer):
    """Multiply by a learned vector, ``power`` times."""

    def __init__(self, power=1, **kwargs):
        super().__init__(**kwargs)
        self.power = power

    def build(self, input_shape):
        self.factor = self.add_weight(
            name="factor", shape=(int(input_shape[-1]),), initializer="ones", trainable=True
        )
        super().build(input_shape)

    def call(self, inputs):
        for _ in range(self.power):
            inputs = inputs * self.factor
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config["power"] = self.power
        return config
