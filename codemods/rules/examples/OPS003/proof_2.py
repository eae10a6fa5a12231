import tensorflow as tf
from tensorflow import keras
def loss(y_true, y_pred):
    size = tf.shape(y_pred)
    return tf.pad(y_pred, [[0, (5 - size)[0]], [0, 0]]) + tf.cast(tf.reduce_sum(size * 2), tf.float32)
result = np.array(loss(None, tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])))
