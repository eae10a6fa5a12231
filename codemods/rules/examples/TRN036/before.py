import tensorflow as tf
from tensorflow import keras

mean = keras.metrics.Mean()


def step(x):
    updates = [mean.update_state(x)]
    with tf.control_dependencies(updates):
        return tf.identity(x)
