import tensorflow as tf
import tensorflow_ranking as tfr

loss = tfr.keras.losses.SoftmaxLoss()  # found
metric = tfr.keras.metrics.NDCGMetric()  # found
model = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(4,))])
model.compile("sgd", loss=loss, metrics=[metric])
model.fit(tf.ones((2, 4)), tf.one_hot([0, 2], 3), verbose=0)
print(model.predict(tf.ones((2, 4)), verbose=0).shape)
