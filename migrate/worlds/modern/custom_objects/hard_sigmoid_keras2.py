"""The ``hard_sigmoid`` of Keras 1 and 2, for layers whose weights cannot carry the difference."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
def hard_sigmoid_keras2(x):
    """Return clip(0.2 x + 0.5, 0, 1): ``hard_sigmoid`` as Keras 1 and 2 defined it."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
