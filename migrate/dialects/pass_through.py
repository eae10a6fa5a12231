"""Layers that hand on the numbers they are given: what the next layer wants of its input, it wants of theirs."""

from __future__ import annotations

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
