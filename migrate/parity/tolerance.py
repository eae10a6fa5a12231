"""How equal is equal: tolerances by dtype, documented in the user guide and changed with ``--tolerance``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from migrate.capsule.model import Array


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Two outputs agree when ``|a - b| <= absolute + relative * scale`` everywhere.

    The error is set against the scale of the element's feature (see `feature_scales`), not against the element: a
    sum that cancels to almost zero carries the rounding error of its terms.
    """

    relative: float
    absolute: float


DEFAULTS = {
    "float64": Tolerance(1e-9, 1e-12),
    "float32": Tolerance(1e-5, 2.0**-23),
    "float16": Tolerance(5e-3, 1e-4),
    "bfloat16": Tolerance(2e-2, 1e-3),
}
"""Half precision keeps 11 (8) bits: an accumulation in another order differs in the last two of them.

Single precision is allowed one unit in the last place of 1: a feature that is zero but for the rounding of terms of
about that size has no scale of its own.
"""


def tolerance_for(
    dtype: np.dtype[np.generic] | str, compute: str = "", override: float | None = None
) -> Tolerance:
    """The tolerance of an output dtype; a mixed-precision model is judged by its compute dtype.

    Args:
        dtype: of the output.
        compute: the model's dtype policy or the lowest precision that it computes in, empty when unknown.
        override: relative tolerance that the user gave.
    """
    name = np.dtype(dtype).name if not isinstance(dtype, str) else dtype
    for half in ("bfloat16", "float16"):
        if half in compute:
            name = half
            break
    chosen = DEFAULTS.get(name, Tolerance(0.0, 0.0))
    return Tolerance(override, chosen.absolute) if override is not None and chosen.relative else chosen


BY_CHANCE = 1e-4
"""How likely it may be that an output of features of one size is taken for one of features of different sizes."""


def largest_by_feature(values: Array) -> Array:
    """Largest magnitude of each feature (last axis) over all others; of a vector or a number, the largest of all.

    Args:
        values: finite, any shape.

    Returns:
        float64 of shape ``(features,)``; ``(1,)`` for ranks below two.
    """
    columns = np.abs(values).reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    largest: Array = columns.max(axis=0, initial=0.0).astype(np.float64)
    return largest


def feature_scales(values: Array) -> Array:
    """What the error of each feature is set against, so that a feature of 1e9 hides nothing in its neighbours.

    The features of one output are often of one size, and then the few values of one of them can all happen to be
    small, though their sums had terms like those of the others. Of ``m`` features with ``n`` values each, one is below
    ``1 / f`` of its size in all its values with a probability of about ``m * f ** -n``. A feature is set against the
    largest of all up to the factor ``f`` where that is `BY_CHANCE`: with one row of 10 features ``f`` is 1e5, with
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
