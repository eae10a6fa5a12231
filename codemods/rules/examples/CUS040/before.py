from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.n = input_shape[-1].value
    def call(self, x):
        return x * x.shape[-1].value
