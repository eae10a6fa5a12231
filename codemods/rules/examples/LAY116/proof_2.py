from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        size = input_shape[-1]
        self.w = self.add_weight(name='w', shape=size, initializer='ones')

    def call(self, x):
        return x * self.w


result = np.array(Scale()(np.ones((2, 3), 'float32')))
