"""Names that tf-keras resolves while it loads: the author's, and those of its own classes that it does not list."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import tf_keras

from migrate.worlds.custom import scoped
from migrate.worlds.legacy.old_names import own_objects

UNLISTED = {"SpectralNormalization": tf_keras.layers.SpectralNormalization}
"""Classes that tf-keras exports and cannot read back by their name: its deserializer lists modules, and misses theirs
(``tf_keras/src/layers/serialization.py``)."""


def scope(files: list[str]) -> AbstractContextManager[Any]:
    """Resolve what the files of ``--custom-objects`` define.

    Raises:
        MigrationError: ``CFG050`` when a file cannot be imported in this world.
    """
    names: AbstractContextManager[Any] = tf_keras.saving.custom_object_scope(
        {**UNLISTED, **scoped(own_objects(files))}
    )
    return names
