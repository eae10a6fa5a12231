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


x = keras.Input((3,))
model = keras.Model(x, Table(3, weights=[np.array([1.0, 2.0, 3.0])])(x))
result = model.predict(np.ones((2, 3), 'float32'), verbose=0)
