import tensorflow as tf
from tensorflow import keras
def loss(y_true, y_pred):
    a, b = tf.split(y_pred, [1, 2], axis=1)
    c = tf.cast(tf.argmax(y_pred), tf.float32) + tf.cast(tf.argmin(y_pred, axis=0), tf.float32)
    d = tf.gather(y_pred, [1, 0]) + tf.cumsum(y_pred) + tf.nn.gelu(tf.identity(y_true))
    e = tf.gather(y_pred, [0, 2], axis=1)
    return [a, b, c, d, e]
x = np.array([[0.1, 0.5, 0.3], [0.4, -0.2, 0.9]], 'float32')
result = [np.array(v) for v in loss(tf.constant(x), tf.constant(x[::-1].copy()))]
