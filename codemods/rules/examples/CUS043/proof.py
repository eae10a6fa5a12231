from tensorflow import keras


class Fixed(keras.layers.Layer):
    def call(self, x):
        self.add_loss(0.5)
        self.add_loss(2)
        return x


layer = Fixed()
layer(np.ones((2, 3), 'float32'))
result = [float(loss) for loss in layer.losses]
