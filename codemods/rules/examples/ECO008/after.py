import tensorflow as tf

x = tf.math.log(tf.ones((2, 3)))
y = tf.nn.dropout(x, rate=1 - 0.9)
z = tf.nn.dropout(y, rate=1 - keep)
