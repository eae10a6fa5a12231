"""The model class of this file, as its author wrote it for Keras 2."""

from tensorflow import keras


@keras.utils.register_keras_serializable(package="towers")
class TwoTowers(keras.Model):
    """Two Dense layers side by side and one on their sum."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.left = keras.layers.Dense(width, activation="tanh")
        self.right = keras.layers.Dense(width, activation="relu")
        self.top = keras.layers.Dense(2)

    def call(self, inputs, training=False):
        return self.top(self.left(inputs) + self.right(inputs))

    def get_config(self):
        return {"width": self.width, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
