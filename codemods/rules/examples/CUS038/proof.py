import tensorflow as tf
from tensorflow import keras


class Cell(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.state_size = tf.TensorShape([units])
        self.output_size = units

    def call(self, inputs, states):
        return inputs + states[0], [inputs + states[0]]


x = np.arange(6, dtype='float32').reshape(1, 2, 3)
result = np.array(keras.layers.RNN(Cell(3))(x))
