"""TimeDistributed: the same layer at each step, which PyTorch gets as a larger batch."""

from __future__ import annotations

from dataclasses import replace

from migrate.torch_source.layers import convolution, dense, elementwise, normalization, pooling, shaping
from migrate.torch_source.piece import Operand, Piece, Use

_WITHIN = {
    **dense.LAYERS,
    **convolution.LAYERS,
    **pooling.LAYERS,
    **normalization.LAYERS,
    **elementwise.LAYERS,
    **shaping.LAYERS,
}


def time_distributed(use: Use) -> Piece:
    """Batch and steps in one axis, the layer, and the two axes again."""
    inner = use.layer.children["layer"]
    if inner.class_name not in _WITHIN or inner.model is not None:
        raise use.refused(f"it wraps a {inner.class_name}")
    if "mask" in use.kwargs and inner.class_name != "Dense":
        raise use.refused("it gets a mask")
    weights = {role.removeprefix("layer/"): array for role, array in use.weights.items()}
    x, after = use.x, use.outputs[0]
    if inner.class_name in ("Dense", "Activation", "Dropout"):  # act on each step anyway
        return _WITHIN[inner.class_name](replace(use, layer=inner, weights=weights, kwargs={}))
    step = Operand("steps", (None, *x.shape[2:]), x.dtype)
    within = replace(use, layer=inner, args=[step], kwargs={}, weights=weights, outputs=[(None, *after[2:])])
    piece = _WITHIN[inner.class_name](within)
    if not piece.expression:
        raise use.refused(f"it wraps a {inner.class_name}")
    result = Operand("steps", within.outputs[0], "", piece.channels_first)
    return replace(
        piece,
        expression="",
        statements=(
            f"steps = {x.plain}.flatten(0, 1)",
            f"steps = {piece.expression}",
            f"{{0}} = {result.plain}.unflatten(0, {x.plain}.shape[:2])",
        ),
        channels_first=False,
    )


LAYERS = {"TimeDistributed": time_distributed}
