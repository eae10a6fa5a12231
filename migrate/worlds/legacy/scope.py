"""Names that tf-keras resolves while it loads: the author's, and those of its own classes that it does not list."""

from __future__ import annotations

from contextlib import AbstractContextManager

import tf_keras

from migrate.dialects.hub import REGISTERED
from migrate.worlds.guest.custom import scoped
from migrate.worlds.legacy.contrib_tagging import ContribCRF
from migrate.worlds.legacy.hub import HubModule
from migrate.worlds.legacy.old_names import own_objects
from migrate.worlds.legacy.tagging import CRF

UNLISTED = {"SpectralNormalization": tf_keras.layers.SpectralNormalization}
"""Classes that tf-keras exports and cannot read back by their name: its deserializer lists modules, and misses theirs
(``tf_keras/src/layers/serialization.py``)."""
PIECES = {f"keras_migrate>{piece.__name__}": piece for piece in (CRF, ContribCRF)}
"""What stands in custom_objects.py on the side of Keras 3, written once more for tf-keras."""


def scope(files: list[str]) -> AbstractContextManager[object]:
    """Resolve what the files of ``--custom-objects`` define.

    Raises:
        MigrationError: ``CFG050`` when a file cannot be imported in this world.
    """
    names: AbstractContextManager[object] = tf_keras.saving.custom_object_scope(
        {**UNLISTED, **PIECES, REGISTERED: HubModule, **scoped(own_objects(files))}
    )
    return names
