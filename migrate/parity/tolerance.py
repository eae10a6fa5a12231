"""How equal is equal: tolerances by dtype, documented in the user guide and changed with ``--tolerance``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Two outputs agree when ``|a - b| <= absolute + relative * max|reference|`` everywhere.

    The error is set against the largest magnitude of the output, not against each element: a sum that cancels
    to almost zero carries the rounding error of its terms.
    """

    relative: float
    absolute: float


DEFAULTS = {
    "float64": Tolerance(1e-9, 1e-12),
    "float32": Tolerance(1e-5, 1e-7),
    "float16": Tolerance(5e-3, 1e-4),
    "bfloat16": Tolerance(2e-2, 1e-3),
}
"""Half precision keeps 11 (8) bits: an accumulation in another order differs in the last two of them."""


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


AFTER_STEP = 1e-4
"""Relative tolerance of outputs after one training step: gradients sum over the batch, and optimizers divide by
small roots."""
