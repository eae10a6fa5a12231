import tensorflow as tf
model = tf.estimator.LinearClassifier(feature_columns=[])
