import keras


class Fixed(keras.layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.convert_to_tensor(0.5))
        return x
