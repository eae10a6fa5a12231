"""Functions and layers of an author of Keras 2.2.4, under names that Keras took up later."""

import argparse

from keras import backend as K
from keras.engine.topology import Layer


def swish(x, beta=1.702):
    """Not the one that Keras has today: its beta is 1."""
    return x * K.sigmoid(beta * x)


class LayerNormalization(Layer):
    """Not the one that Keras has today: epsilon stands outside of the root."""

    def __init__(self, eps=0.1, **kwargs):
        self.eps = eps
        super(LayerNormalization, self).__init__(**kwargs)

    def build(self, input_shape):
        self.gain = self.add_weight(name="gain", shape=(input_shape[-1],), initializer="ones")
        super(LayerNormalization, self).build(input_shape)

    def call(self, x):
        mean = K.mean(x, axis=-1, keepdims=True)
        return self.gain * (x - mean) / (K.std(x, axis=-1, keepdims=True) + self.eps)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return dict(super(LayerNormalization, self).get_config(), eps=self.eps)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("weights")
    print(parser.parse_args().weights)
