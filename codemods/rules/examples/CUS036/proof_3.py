from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(3,), initializer='ones', name='w')

    def call(self, x):
        self.w.assign_add(self.w * 2, read_value=False)
        return x * self.w * self.w.get_shape()[0]

result = Scale()(np.ones((2, 3), 'float32'))
