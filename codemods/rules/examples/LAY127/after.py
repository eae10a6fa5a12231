import tensorflow as tf
import keras

layer = keras.layers.GRU(4, recurrent_activation='hard_sigmoid', reset_after=False)
session = tf.Session()
