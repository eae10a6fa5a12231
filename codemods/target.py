"""Target namespaces and backends of rewritten code."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """The target namespace of the rewritten code."""

    KERAS = "keras"
    """``import keras``: Keras 3 with any backend."""
    TF_KERAS_3 = "tf.keras"
    """``tf.keras`` of TensorFlow 2.16 and later: Keras 3 plus 173 compatibility names."""
    TF_KERAS_2 = "tf_keras"
    """``import tf_keras``: stay on Keras 2, pinned."""


MODERN = frozenset({Target.KERAS, Target.TF_KERAS_3})
"""Both targets that are Keras 3."""
EVERYWHERE = frozenset(Target)


class Backend(StrEnum):
    """The backend of Keras 3 in the rewritten code."""

    TENSORFLOW = "tensorflow"
    JAX = "jax"
    TORCH = "torch"
    ANY = "any"
    """Any backend, selected at run time."""


COMPILING = frozenset({Backend.ANY, Backend.JAX})
"""Backends that compile functions of their arguments only: other state that changes is lost."""
OTHERS = frozenset(Backend) - {Backend.TENSORFLOW}
"""Backends that TensorFlow's functions do not support."""
