import tensorflow as tf

layer = tf.keras.layers.GRU(4)
session = tf.Session()
