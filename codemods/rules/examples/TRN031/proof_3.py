from tensorflow import keras
from tensorflow.keras import backend as K
class Own(keras.layers.Layer):
    def build(self, shape):
        self.ones = K.ones((shape[-1],))
        super().build(shape)
    def call(self, x, training=None):
        return x * self.ones + 1.0 if training else x
inputs = keras.Input((3,))
model = keras.Model(inputs, Own()(inputs, training=True))
result = model.predict(np.ones((2, 3)), verbose=0)
