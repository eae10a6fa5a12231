"""The mask that a tensor carries, as a tensor of the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keras.src.backend import get_keras_mask


def mask_of(tensor: Any) -> Any:
    """The mask that the layers before have given a symbolic tensor; None where it has none."""
    return get_keras_mask(tensor)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {"mask_of": mask_of}
