import numpy as np
import keras


class Own(keras.layers.Layer):
    def call(self, x):
        return x - np.mean(x)
