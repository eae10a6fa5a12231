import keras
from keras import backend as K


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = K.variable(2.0)
        self.b = self.add_weight(shape=(3,), initializer='ones', name='b')
        self.trainable_weights = [self.w, self.b]

    def call(self, x):
        return x * self.w + self.b


layer = Scale()
y = layer(np.ones((2, 3), 'float32'))
result = [np.array(y), len(layer.trainable_weights)]
