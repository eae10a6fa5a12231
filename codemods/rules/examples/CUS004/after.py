import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.n = list(input_shape)[-1]
    def call(self, x):
        return x * list(x.shape)[-1]
