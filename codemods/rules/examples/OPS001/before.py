import tensorflow as tf
from tensorflow import keras

x = keras.Input((4,))
y = tf.reduce_sum(tf.concat([x, x], axis=1), axis=-1, keepdims=True)
