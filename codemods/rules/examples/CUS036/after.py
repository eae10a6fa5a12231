import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(3,), initializer='ones', name='w')

    def call(self, x):
        self.w.assign(self.w * 2)
        return x * keras.ops.copy(self.w)
