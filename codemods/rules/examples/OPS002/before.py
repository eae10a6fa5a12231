import tensorflow as tf
from tensorflow import keras

def loss(y_true, y_pred):
    rows = tf.gather(y_pred, [0, 1])
    a, b = tf.split(y_pred, [1, 2], axis=1)
    return tf.argmax(rows), tf.identity(b), tf.nn.gelu(a)
