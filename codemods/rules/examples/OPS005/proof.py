import tensorflow as tf
from tensorflow import keras
def loss(y_true, y_pred):
    return tf.cast(y_true, tf.float32) - y_pred
result = np.array(loss(tf.constant([1, 2]), tf.constant([0.5, 0.5])))
