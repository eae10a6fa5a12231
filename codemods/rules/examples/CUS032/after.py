import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        first = input_shape
        if isinstance(input_shape, list) and isinstance(input_shape[0], (list, tuple)):
            first = input_shape[0]
        self.w = self.add_weight(name='w', shape=(first[-1],), initializer='ones')
