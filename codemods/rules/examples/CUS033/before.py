from tensorflow import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name='w', shape=(3,))
        self.add_loss(lambda: keras.backend.sum(self.w))
