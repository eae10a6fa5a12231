from tensorflow import keras


class Scale(keras.layers.Layer):
    def call(self, x):
        self.add_metric(x, name='m')
        return x
