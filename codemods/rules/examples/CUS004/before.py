from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.n = input_shape.as_list()[-1]
    def call(self, x):
        return x * x.shape.as_list()[-1]
