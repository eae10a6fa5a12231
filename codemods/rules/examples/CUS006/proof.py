import tensorflow as tf
from tensorflow import keras


class Scale(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([1.0, 2.0])
        self.n = tf.Variable(3, trainable=False)
layer = Scale()
result = [len(layer.weights), len(layer.trainable_weights), np.array(layer.n)]
