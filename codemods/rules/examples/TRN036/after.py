import tensorflow as tf
import keras

mean = keras.metrics.Mean()


def step(x):
    updates = [mean.update_state(x)]
    with tf.control_dependencies([update for update in updates if update is not None]):
        return tf.identity(x)
