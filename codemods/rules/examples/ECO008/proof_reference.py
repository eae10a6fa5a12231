import tensorflow as tf
tf.compat.v1.set_random_seed(0)
x = tf.compat.v1.nn.dropout(tf.ones((10, 10)), 0.9)
tf.compat.v1.set_random_seed(0)
y = tf.compat.v1.nn.dropout(tf.ones((10, 10)), keep_prob=0.7)
result = [x.numpy(), y.numpy()]
