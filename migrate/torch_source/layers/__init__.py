"""What each class of layer is in PyTorch, one module a subject; the table below is all that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migrate.torch_source.layers import (
    convolution,
    dense,
    elementwise,
    merging,
    normalization,
    operations,
    pooling,
    recurrent,
    shaping,
    wrappers,
)
from migrate.torch_source.piece import Piece, Use

LAYERS: Mapping[str, Callable[[Use], Piece]] = {
    **dense.LAYERS,
    **convolution.LAYERS,
    **pooling.LAYERS,
    **normalization.LAYERS,
    **elementwise.LAYERS,
    **shaping.LAYERS,
    **merging.LAYERS,
    **recurrent.LAYERS,
    **wrappers.LAYERS,
}
"""By class of Keras 3."""


def write(use: Use) -> Piece:
    """What a call becomes.

    Raises:
        MigrationError: ``EXP028`` for what the source does not express.
    """
    if use.layer.is_operation:
        known = operations.OPERATIONS.get(use.layer.class_name)
    else:
        own = use.layer.module.startswith("keras.src.layers.")
        known = LAYERS.get(use.layer.class_name) if own else None
    if known is None:
        raise use.refused("its class is not supported")
    return known(use)
