"""The mask that a tensor carries, as a tensor of the graph."""

from __future__ import annotations

from keras.src.backend import get_keras_mask

from migrate.worlds.guest.framework_types import Functions, Tensor


def mask_of(tensor: Tensor) -> Tensor | None:
    """The mask that the layers before have given a symbolic tensor; None where it has none."""
    mask: Tensor | None = get_keras_mask(tensor)
    return mask


FUNCTIONS: Functions = {"mask_of": mask_of}
