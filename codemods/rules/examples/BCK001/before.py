import tensorflow as tf
import keras


class Own(keras.layers.Layer):
    def call(self, x):
        return tf.linalg.expm(x)
