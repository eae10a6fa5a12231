from tensorflow import keras
class Own(keras.layers.Layer):
    def build(self, shape):
        self.a = self.add_weight(name='a', shape=(9,), initializer=keras.initializers.HeNormal())
        self.b = self.add_weight(name='b', shape=(9,), initializer=keras.initializers.HeNormal())
layer = Own()
layer.build((None, 9))
result = bool(np.allclose(*layer.get_weights()))
