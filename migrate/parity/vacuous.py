"""References without information: no rows, no finite value, or the same answer to every input.

A comparison with such a reference cannot fail for any model with the same fault, so it is no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, tolerance_for

_SATURATED = (-1.0, 0.0, 1.0)
"""Outputs of a dead ReLU, a sigmoid, a tanh or a softmax over one class."""


def vacuous_outputs(
    inputs: Mapping[str, Array], outputs: Mapping[str, Array], compute: str = ""
) -> dict[int, str]:
    """Why outputs of a reference are no evidence, by position; outputs that are evidence are omitted.

    Args:
        inputs: arrays named ``case/input``; a model without inputs rightly has a constant answer.
        outputs: arrays named ``case/output``.
        compute: precision that the model computes in, as in `tolerance_for`.
    """
    by_output: dict[int, list[Array]] = {}
    for key, array in outputs.items():
        by_output.setdefault(int(key.split("/")[1]), []).append(array)
    answers = any(array.size for array in inputs.values())
    found = {position: _why(arrays, compute, varies=answers) for position, arrays in by_output.items()}
    return {position: why for position, why in sorted(found.items()) if why}


def _why(arrays: Sequence[Array], compute: str, *, varies: bool) -> str:
    arrays = [array for array in arrays if array.size]
    if not arrays:
        return "has no rows"
    if arrays[0].dtype.kind not in "fiub":
        texts = {str(value) for array in arrays for value in array.ravel().tolist()}
        return (
            "is the same string for every input" if varies and len(texts) == 1 and _rows(arrays) > 1 else ""
        )
    if not any(np.isfinite(array).any() for array in arrays):
        return "has no finite value"
    if varies and not _depends(arrays, compute):
        return "is the same for every input"
    return ""


def _rows(arrays: Sequence[Array]) -> int:
    return sum(array.shape[0] if array.ndim else 1 for array in arrays)


def _depends(arrays: Sequence[Array], compute: str) -> bool:
    """Whether rows differ by more than a comparison tolerates; for a single row, whether it is not saturated."""
    by_shape: dict[tuple[int, ...], list[Array]] = {}
    for array in arrays:
        rows = array if array.ndim else array[None]
        by_shape.setdefault(rows.shape[1:], []).append(rows)
    groups = [np.concatenate(rows) for rows in by_shape.values()]
    if any(_spread(group, compute) for group in groups if len(group) > 1):
        return True
    if any(len(group) > 1 for group in groups):
        return False
    # One row of each size: it is unknown whether it depends on its input.
    values = np.unique(np.concatenate([np.round(group.astype(np.float64).ravel(), 6) for group in groups]))
    if len(values) > 1:
        return True
    return sum(group.size for group in groups) == 1 and float(values[0]) not in _SATURATED


def _spread(rows: Array, compute: str) -> bool:
    finite = np.isfinite(rows)
    values = np.where(finite, rows, 0).astype(np.float64)
    if not np.array_equal(finite, np.broadcast_to(finite[:1], finite.shape)):
        return True
    spread = np.abs(values - values[:1])
    tolerance = tolerance_for(rows.dtype, compute)
    return bool(np.any(spread > tolerance.absolute + tolerance.relative * feature_scales(values)))
