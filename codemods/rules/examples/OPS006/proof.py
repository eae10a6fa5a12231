import tensorflow as tf
from tensorflow import keras
class Noise(keras.layers.Layer):
    def call(self, x):
        return x + tf.random.normal(tf.shape(x), mean=3.0, stddev=0.1)
y = np.array(Noise()(np.zeros((200, 200), 'float32')))
result = [round(float(y.mean()), 1), round(float(y.std()), 1)]
