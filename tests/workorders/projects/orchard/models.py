"""The orchard's network."""

from tensorflow import keras
from tensorflow.keras import backend as K

from layers import RunningMean, Weigher


def build(features=8, classes=3):
    """A small classifier."""
    inputs = keras.Input(shape=(features,))
    x = RunningMean()(inputs)
    x = Weigher()(x)
    x = keras.layers.Dense(16, activation="relu")(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    x = keras.layers.Dropout(0.25)(x)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))


def ripeness(y_true, y_pred):
    """Cross entropy that counts ripe fruit twice."""
    weights = 1.0 + K.cast(K.argmax(y_true, axis=-1) > 0, "float32")
    return weights * K.categorical_crossentropy(y_true, y_pred)
