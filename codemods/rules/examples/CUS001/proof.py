from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight('w', (3,), None, 'ones')

    def call(self, x):
        return x * self.w
result = np.array(Scale()(np.ones((2, 3), 'float32')))
