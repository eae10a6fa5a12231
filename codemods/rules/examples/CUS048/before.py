from tensorflow import keras
x = keras.Input((2,))
z = keras.layers.Dense(2)(x)


class Loss(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(keras.backend.sum(z))
        return inputs
