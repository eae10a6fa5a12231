import tensorflow as tf
column = tf.feature_column.numeric_column("x")
