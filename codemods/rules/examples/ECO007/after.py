import tensorflow as tf

x = tf.ones((2, 3))
y = tf.reduce_sum(x, axis=1, keepdims=True)
z = tf.squeeze(y, axis=[1])
