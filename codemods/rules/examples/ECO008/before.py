import tensorflow as tf

x = tf.log(tf.ones((2, 3)))
y = tf.nn.dropout(x, 0.9)
z = tf.nn.dropout(y, keep_prob=keep)
