from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(3,), initializer='ones', name='w')

    def call(self, x):
        before, again = self.w.read_value(), self.w.value()
        self.w.assign(self.w * 3)
        return x * before + again

result = Scale()(np.ones((2, 3), 'float32'))
