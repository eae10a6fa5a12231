import tensorflow as tf
from tensorflow.keras import backend as K


def spread(a, x):
    return K.dot(a, x) if K.is_sparse(a) else x


a = tf.SparseTensor([[0, 1], [1, 0]], [2.0, 3.0], [2, 2])
result = np.array(spread(a, K.constant([[1.0, 2.0], [3.0, 4.0]])))
