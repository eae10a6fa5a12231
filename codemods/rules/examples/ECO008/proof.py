import tensorflow as tf
tf.set_random_seed(0)
x = tf.nn.dropout(tf.ones((10, 10)), 0.9)
tf.set_random_seed(0)
y = tf.nn.dropout(tf.ones((10, 10)), keep_prob=0.7)
result = [x.numpy(), y.numpy()]
