import tensorflow as tf
from tensorflow import keras
class Blend(keras.layers.Layer):
    def call(self, x):
        a = tf.nn.relu(tf.transpose(x, perm=[0, 2, 1]))
        b = tf.reduce_mean(tf.matmul(x, x, transpose_b=True), axis=[1, 2], keepdims=True)
        c = tf.clip_by_value(tf.pad(a, [[0, 0], [1, 1], [0, 0]], mode='REFLECT'), -1.0, 2.0)
        d = tf.reshape(c, (tf.shape(c)[0], -1))
        e = tf.nn.softmax(tf.cast(d, tf.float32)) + tf.squeeze(b, axis=-1)
        s = tf.concat([tf.shape(e)[:-1], [2, 9]], axis=0)
        e = tf.reshape(tf.reshape(e, s), tf.shape(e))
        f = tf.one_hot(tf.cast(tf.round(tf.abs(e)), tf.int32), 3)
        m = tf.cast(tf.sequence_mask(tf.constant([3, 18]), 18), tf.float32)
        e = e * m + tf.sequence_mask(tf.constant([1, 2]), 18, dtype=tf.float32)
        g = tf.sort(e, direction='DESCENDING') + tf.reverse(e, axis=[1])
        return tf.concat([tf.reduce_sum(f, axis=-1), g, tf.sqrt(tf.square(e))], axis=1)
x = np.linspace(-1, 2, 24).reshape(2, 3, 4).astype('float32')
result = np.array(Blend()(x))
