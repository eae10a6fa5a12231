import tensorflow as tf
from tensorflow import keras
def loss(y_true, y_pred):
    return tf.where(y_true)
result = np.array(loss(tf.constant([[True, False], [True, True]]), None))
