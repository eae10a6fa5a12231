"""The approximation of GELU by a sigmoid, as an author of tf.keras wrote it."""

import tensorflow as tf


def gelu(x):
    return x * tf.sigmoid(1.702 * x)
