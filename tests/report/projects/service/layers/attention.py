"""A layer of a Keras 2 project."""
from keras import backend as K
from keras.layers import Layer


class AttentionPooling(Layer):
    def __init__(self, units, **kwargs):
        super(AttentionPooling, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (int(input_shape[-1]), self.units), initializer="glorot_uniform")
        super(AttentionPooling, self).build(input_shape)

    def call(self, inputs):
        scores = K.softmax(K.dot(K.tanh(inputs), self.kernel), axis=1)
        return K.sum(K.expand_dims(scores) * K.expand_dims(inputs, 2), axis=1)
