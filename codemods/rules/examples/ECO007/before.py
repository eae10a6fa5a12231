import tensorflow as tf

x = tf.ones((2, 3))
y = tf.reduce_sum(x, reduction_indices=1, keep_dims=True)
z = tf.squeeze(y, squeeze_dims=[1])
