import tensorflow as tf
from tensorflow import keras
class Own(keras.layers.Layer):
    def call(self, x):
        a = tf.pad(x, tf.constant([[0, 0], [1, 1]])) * tf.norm(x, ord=1)
        b = tf.slice(x, [0, 1], [-1, 2])
        return tf.concat([a, b, tf.norm(x, ord='euclidean', axis=1, keepdims=True)], axis=1)
x = keras.Input((4,))
model = keras.Model(x, Own()(x))
result = model.predict(np.linspace(-1, 2, 12).reshape(3, 4), verbose=0)
