from tensorflow import keras
class Own(keras.layers.Layer):
    def build(self, shape):
        init = keras.initializers.HeNormal()
        self.a = self.add_weight(name='a', shape=(9,), initializer=init)
        self.b = self.add_weight(name='b', shape=(9,), initializer=init)
layer = Own()
layer.build((None, 9))
result = bool(np.allclose(*layer.get_weights()))
