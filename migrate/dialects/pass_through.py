"""Layers that hand on the numbers they are given: what the next layer wants of its input, it wants of theirs."""

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
"""Layers behind which an id is still an id."""


def hidden_value(config: Mapping[str, Any]) -> float | tuple[float, ...]:
    """What a ``Masking`` layer hides: a number, or one for each feature, where its code gave an array."""
    value = config.get("mask_value", 0.0)
    return tuple(map(float, value)) if isinstance(value, list | tuple) else float(value)
