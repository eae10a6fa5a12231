"""The grid to which TensorFlow's fake quantisation rounds, in the arithmetic of its kernels.

Source: ``Nudge`` and the functors of ``tensorflow/core/kernels/fake_quant_ops_functor.h``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array

_ONE_HALF = np.float32(0.5)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rounded values: multiples of a step between two ends, as float32.

    Attributes:
        bottom: the lowest value.
        top: the highest value.
        step: the distance between neighbours.
        zero: how many steps the value 0 is above the bottom.
    """

    bottom: np.float32
    top: np.float32
    step: np.float32
    zero: np.float32


def grid(low: float, high: float, num_bits: int = 8, narrow_range: bool = False) -> Grid | None:
    """The grid of a range, shifted so that 0 is on it; None for an empty range, which makes everything 0."""
    low32, high32 = np.float32(low), np.float32(high)
    if low32 == 0 and high32 == 0:
        return None
    lowest, highest = np.float32(1 if narrow_range else 0), np.float32((1 << num_bits) - 1)
    step = np.float32((high32 - low32) / (highest - lowest))
    zero = lowest - low32 / step
    # The kernel rounds halves away from zero; zero is not negative here.
    nudged = np.float32(np.clip(np.floor(zero + _ONE_HALF), lowest, highest))
    bottom, top = np.float32((lowest - nudged) * step), np.float32((highest - nudged) * step)
    return Grid(bottom, top, step, np.float32(nudged - lowest))


def quantised(values: Array, low: Any, high: Any, num_bits: int = 8, narrow_range: bool = False) -> Array:
    """Values rounded to the grid of their range.

    Args:
        values: float32.
        low: of the range: a number, or one for each element of the last axis.
        high: of the range, in the same form.
        num_bits: 2 to 8.
        narrow_range: without the lowest step, so that the grid is symmetric.
    """
    lows, highs = np.ravel(low), np.ravel(high)
    if np.ndim(low) == 0:
        return _rounded(values, grid(lows[0], highs[0], num_bits, narrow_range))
    columns = [
        _rounded(values[..., at], grid(lows[at], highs[at], num_bits, narrow_range))
        for at in range(values.shape[-1])
    ]
    return np.stack(columns, axis=-1)


def _rounded(values: Array, on: Grid | None) -> Array:
    if on is None:
        return np.zeros_like(values)
    shifted = np.clip(values, on.bottom, on.top) - on.bottom
    return np.asarray(np.floor(shifted / on.step - on.zero + _ONE_HALF) * on.step)
