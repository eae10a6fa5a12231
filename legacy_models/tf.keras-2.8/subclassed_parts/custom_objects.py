"""The model and layer classes of this file, as their author wrote them for Keras 2: no get_config anywhere."""

import tensorflow as tf
from tensorflow import keras


class Gate(keras.layers.Layer):
    """Mix two tensors by a learned share for each unit."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.choose = keras.layers.Dense(1, activation="sigmoid")

    def build(self, input_shape):
        self.share = self.add_weight(name="share", shape=(int(input_shape[0][-1]),), initializer="ones")

    def call(self, inputs):
        first, second = inputs
        open_ = self.choose(first) * self.share
        return open_ * first + (1.0 - open_) * second


class Recommender(keras.Model):
    """Scores from what somebody saw and from where they are; layers in a list, a dict and a model inside."""

    def __init__(self, width=4, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.embed = keras.layers.Embedding(7, width, mask_zero=True)
        self.memory = keras.layers.GlobalAveragePooling1D()
        self.hidden = [keras.layers.Dense(width, activation="tanh") for _ in range(depth)]
        self.encoder = keras.Sequential(
            [keras.layers.Dense(width, activation="relu"), keras.layers.BatchNormalization()]
        )
        self.gate = Gate()
        self.heads = {"label": keras.layers.Dense(2, activation="softmax"), "score": keras.layers.Dense(1)}

    def call(self, inputs, training=False):
        seen = self.memory(self.embed(inputs["history"]))
        for layer in self.hidden:
            seen = layer(seen)
        place = self.encoder(inputs["context"], training=training)
        mixed = self.gate([seen, place])
        return {"score": tf.squeeze(self.heads["score"](mixed), -1), "label": self.heads["label"](mixed)}
