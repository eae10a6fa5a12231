import tensorflow as tf
tf.logging.set_verbosity(tf.logging.ERROR)
result = tf.logging.get_verbosity()
