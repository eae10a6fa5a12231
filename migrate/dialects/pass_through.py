"""Layers that pass on their input unchanged: the next layer's requirements on its input apply to theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PASS_THROUGH = frozenset(
    [
        "Reshape",
        "Flatten",
        "Permute",
        "RepeatVector",
        "Concatenate",
        "Masking",
        "Dropout",
        "SpatialDropout1D",
        "Cropping1D",
        "Cropping2D",
        "ZeroPadding1D",
        "SlicingOpLambda",
        "InputLayer",
        "Lambda",
        "TimeDistributed",
    ]
)
"""Layers after which an id is still an id."""


def hidden_value(config: Mapping[str, Any]) -> float | tuple[float, ...]:
    """The value that a ``Masking`` layer masks: a number, or one for each feature, if its code passed an array."""
    value = config.get("mask_value", 0.0)
    return tuple(map(float, value)) if isinstance(value, list | tuple) else float(value)
