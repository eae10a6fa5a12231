"""Tolerances by dtype, documented in the user guide and changed with ``--tolerance``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from migrate.capsule.model import Array


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Two outputs agree when ``|a - b| <= absolute + relative * scale`` everywhere.

    The error is compared with the scale of the element's feature (see `feature_scales`), not with the element: a
    sum that cancels to almost zero contains the rounding error of its terms.
    """

    relative: float
    absolute: float


DEFAULTS = {
    "float64": Tolerance(1e-9, 1e-12),
    "float32": Tolerance(1e-5, 2.0**-23),
    "float16": Tolerance(5e-3, 1e-4),
    "bfloat16": Tolerance(2e-2, 1e-3),
}
"""Half precision keeps 11 (8) bits: accumulation in a different order differs in the last two of them.

Single precision is allowed one unit in the last place of 1: a feature that is zero except for the rounding of terms of
about that size has no scale of its own.
"""


def tolerance_for(
    dtype: np.dtype[np.generic] | str, compute: str = "", override: float | None = None
) -> Tolerance:
    """The tolerance of an output dtype; for a mixed-precision model, that of its compute dtype.

    Args:
        dtype: of the output.
        compute: the model's dtype policy or the lowest precision that it computes in, empty if unknown.
        override: relative tolerance set by the user.
    """
    name = np.dtype(dtype).name if not isinstance(dtype, str) else dtype
    for half in ("bfloat16", "float16"):
        if half in compute:
            name = half
            break
    chosen = DEFAULTS.get(name, Tolerance(0.0, 0.0))
    return Tolerance(override, chosen.absolute) if override is not None and chosen.relative else chosen


BY_CHANCE = 1e-4
"""Accepted probability of mistaking an output with features of equal size for one with features of different sizes."""


def largest_by_feature(values: Array) -> Array:
    """Largest magnitude of each feature (last axis) over all other axes; for a vector or scalar, the overall maximum.

    Args:
        values: finite, any shape.

    Returns:
        float64 of shape ``(features,)``; ``(1,)`` for ranks below two.
    """
    columns = np.abs(values).reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    largest: Array = columns.max(axis=0, initial=0.0).astype(np.float64)
    return largest


def feature_scales(values: Array) -> Array:
    """The scale for the error of each feature, so that a feature of 1e9 hides nothing in its neighbours.

    The features of one output often have the same scale, and then the few values of one of them can all happen to be
    small, although their sums had similar terms. Of ``m`` features with ``n`` values each, one is below
    ``1 / f`` of its scale in all its values with a probability of about ``m * f ** -n``. A feature is compared with the
    largest of all up to the factor ``f`` for which that is `BY_CHANCE`: with one row of 10 features ``f`` is 1e5, with
    eight rows 4.2.

    Args:
        values: reference, finite, any shape.

    Returns:
        float64 of shape ``(features,)``; ``(1,)`` for ranks below two.
    """
    largest = largest_by_feature(values)
    if not values.size:
        return largest
    per_feature = values.size / len(largest)
    factor = (len(largest) / BY_CHANCE) ** (1 / per_feature)
    scales: Array = np.minimum(largest.max(), largest * factor)
    return scales


AFTER_STEP = 1e-4
"""Relative tolerance of outputs after one training step: gradients sum over the batch, and optimizers divide by
small roots."""
