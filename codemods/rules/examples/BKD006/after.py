import numpy as np
import tensorflow as tf


def enlarged(x):
    return tf.image.flip_up_down(x) + np.pi
