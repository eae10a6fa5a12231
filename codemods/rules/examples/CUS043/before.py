from tensorflow import keras


class Fixed(keras.layers.Layer):
    def call(self, x):
        self.add_loss(0.5)
        return x
