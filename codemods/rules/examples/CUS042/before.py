import tensorflow as tf
from tensorflow import keras

v = tf.Variable([[1.0, 2.0]], dtype=tf.float64)
y = keras.layers.ReLU()(v)
