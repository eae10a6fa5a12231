import tensorflow as tf
from tensorflow import keras

x = keras.Input((4,))
y = tf.boolean_mask(x, x > 0)
