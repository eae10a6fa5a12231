"""Losses and metrics of our own."""

import tensorflow as tf
import tensorflow.keras.backend as K


def focal_loss(gamma=2.0):
    """Cross entropy that looks at the hard cases."""

    def loss(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        weight = K.pow(1.0 - y_pred, gamma)
        return K.sum(-y_true * weight * K.log(y_pred), axis=-1)

    return loss


def top_share(y_true, y_pred):
    """How much of the mass the right class gets, for rows that are right."""
    right = tf.equal(tf.argmax(y_true, axis=-1), tf.argmax(y_pred, axis=-1))
    share = tf.reduce_max(y_pred, axis=-1)
    return tf.reduce_mean(tf.where(right, share, tf.zeros_like(share)))
