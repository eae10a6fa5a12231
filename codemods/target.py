"""Where rewritten code shall live, and what computes for it."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """Where the rewritten code shall live."""

    KERAS = "keras"
    """``import keras``: Keras 3 with any backend."""
    TF_KERAS_3 = "tf.keras"
    """``tf.keras`` of TensorFlow 2.16 and later: Keras 3 plus 173 compatibility names."""
    TF_KERAS_2 = "tf_keras"
    """``import tf_keras``: Keras 2 stays, pinned."""


MODERN = frozenset({Target.KERAS, Target.TF_KERAS_3})
"""Both destinations that are Keras 3."""
EVERYWHERE = frozenset(Target)


class Backend(StrEnum):
    """What computes for Keras 3 in the rewritten code."""

    TENSORFLOW = "tensorflow"
    JAX = "jax"
    TORCH = "torch"
    ANY = "any"
    """Whichever is chosen when it runs."""


COMPILING = frozenset({Backend.ANY, Backend.JAX})
"""Backends that compile what is given as values only: state that changes beside it is lost."""
OTHERS = frozenset(Backend) - {Backend.TENSORFLOW}
"""Backends of which TensorFlow's functions know nothing."""
