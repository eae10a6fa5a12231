from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(name='w', shape=(3,), initializer='ones', use_resource=True)

    def call(self, x):
        return x * self.w
result = np.array(Scale()(np.ones((2, 3), 'float32')))
