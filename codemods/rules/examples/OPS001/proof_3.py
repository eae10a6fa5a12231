import tensorflow as tf
from tensorflow import keras
x = keras.Input((3, 4))
y = tf.reduce_max(tf.tile(tf.expand_dims(x, 1), [1, 2, 1, 1]), axis=2) * 2.0
y = tf.where(y > 1.0, y, tf.zeros_like(y)) + tf.math.log1p(tf.abs(y))
model = keras.Model(x, y)
result = model.predict(np.linspace(-1, 2, 24).reshape(2, 3, 4), verbose=0)
