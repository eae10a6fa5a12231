from tensorflow import keras


class Table(keras.layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, input_shape):
        self.table = self.add_weight(name='table', shape=(self.size,), initializer='zeros')
        super().build(input_shape)

    def call(self, x):
        return x + self.table


layer = Table(3, weights=[np.ones(3)])
