import keras


class Own(keras.layers.Layer):
    def call(self, x):
        self.last = x
        return x
