from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(3,), initializer='ones', name='w')

    def call(self, x):
        self.w.assign(self.w * 2, read_value=False)
        return x * self.w.read_value()
