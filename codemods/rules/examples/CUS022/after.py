import tensorflow as tf
import keras


class Scale(keras.layers.Layer):
    def call(self, x):
        return x if isinstance(self.w, (tf.Variable, keras.Variable)) else -x
