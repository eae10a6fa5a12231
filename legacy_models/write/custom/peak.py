"""The metric class of this model, as its author wrote it for Keras 2."""

import tensorflow as tf
from tensorflow import keras


class Peak(keras.metrics.Metric):
    """The largest error seen."""

    def __init__(self, name="peak", **kwargs):
        super().__init__(name=name, **kwargs)
        self.peak = self.add_weight(name="peak", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = tf.reduce_max(tf.abs(y_true - y_pred))
        self.peak.assign(tf.maximum(self.peak, error))

    def result(self):
        return self.peak

    def reset_state(self):
        self.peak.assign(0.0)
