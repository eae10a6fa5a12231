import tensorflow as tf
from tensorflow import keras
def spread(x):
    y = tf.dtypes.cast(x, tf.float32)
    return tf.math.softmax(tf.reduce_sum(y[:, tf.newaxis] + y[:, :, tf.newaxis], axis=-1))
x = keras.Input((3,))
model = keras.Model(x, spread(x))
result = model.predict(np.linspace(-1, 2, 6).reshape(2, 3), verbose=0)
