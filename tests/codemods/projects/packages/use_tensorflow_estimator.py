import tensorflow as tf

column = tf.feature_column.numeric_column("x")  # found
features = tf.keras.layers.DenseFeatures([column])  # found
model = tf.keras.Sequential([features, tf.keras.layers.Dense(1)])
line = tf.estimator.LinearClassifier(feature_columns=[column])  # found
print(model({"x": tf.ones((2, 1))}).shape, line)
