"""Names that Keras 1, stand-alone Keras 2 and TensorFlow 1 offered and tf-keras and TensorFlow 2 do not: given back.

The author's code runs as it was written; nothing that still exists is replaced. Names of TensorFlow 1 are those that
``tf.compat.v1`` keeps.
"""

from __future__ import annotations

from types import ModuleType

import tensorflow as tf
import tf_keras

from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.framework_types import UserObject


def own_objects(files: list[str]) -> dict[str, UserObject]:
    """Classes and functions of the author's files, by name; see `load_custom_objects`.

    Raises:
        MigrationError: ``CFG050`` when a file cannot be imported in this world.
    """
    if files:
        give_old_names()
    return load_custom_objects(files)


def give_old_names() -> None:
    """Add the names that are missing, once; safe to call again."""
    for module, names in ((tf_keras.backend, _backend()), (tf_keras.utils, {"np_utils": tf_keras.utils})):
        for name, value in names.items():
            _add(module, name, value)
    for old, new in ((tf, tf.compat.v1), (tf.nn, tf.compat.v1.nn), (tf.image, tf.compat.v1.image)):
        for name in dir(new):
            if name[0] != "_":
                _add(old, name, getattr(new, name))


def _add(module: ModuleType, name: str, value: object) -> None:
    if not hasattr(module, name):
        setattr(module, name, value)


def _backend() -> dict[str, object]:
    backend = tf_keras.backend
    words = {"channels_last": "tf", "channels_first": "th"}

    def image_dim_ordering() -> str:
        return words[backend.image_data_format()]

    def set_image_dim_ordering(ordering: str) -> None:
        backend.set_image_data_format({word: name for name, word in words.items()}[ordering])

    return {
        "image_dim_ordering": image_dim_ordering,
        "set_image_dim_ordering": set_image_dim_ordering,
        "_BACKEND": "tensorflow",
        "tf": tf,
    }
