import tensorflow as tf
from tensorflow import keras


class Scale(keras.layers.Layer):
    def compute_output_shape(self, shape):
        return tf.TensorShape([shape[0], 4])
result = list(Scale().compute_output_shape((2, 3)))
