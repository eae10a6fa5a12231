import tensorflow as tf
from tensorflow import keras


class Cell(keras.layers.Layer):
    state_size = tf.TensorShape([3])
