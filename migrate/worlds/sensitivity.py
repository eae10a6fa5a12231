"""How far each number of a weight moves the outputs, in units of what a comparison forgives. Imports TensorFlow.

The outputs, each set against what a comparison would forgive, are added up with random signs; the gradient of the sum
says how far a number moves an output. A number is *covered* if a change by `CHANGE` of its array's size would have been
noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, tolerance_for
from migrate.worlds.runner import to_numpy

CHANGE = 0.1
"""Share of an array's typical magnitude that a number is taken to be wrong by."""


@dataclass(slots=True)
class Covered:
    """What the cases of a model have covered so far.

    Attributes:
        arrays: path of a variable to which of its numbers are covered, bool of its shape.
        branches: layer to which of its pieces were met.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    branches: dict[str, list[bool]] = field(default_factory=dict)

    def meet(self, place: str, found: Sequence[bool]) -> None:
        """Add pieces that were met in one call of a layer."""
        known = self.branches.setdefault(place, [False] * len(found))
        self.branches[place] = [a or bool(b) for a, b in zip(known, found, strict=True)]

    def shares(self) -> dict[str, Any]:
        """Share of covered numbers by path, and of met pieces by layer."""
        return {
            "arrays": {path: float(mask.mean()) if mask.size else 1.0 for path, mask in self.arrays.items()},
            "branches": self.branches,
        }


def gradients_of(
    read: Mapping[str, Any],
    run: Callable[[], list[Any]],
    tolerance: tuple[str, float | None],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """How far each number moves the outputs of one run; what no gradient leads to is left out.

    Args:
        read: name to a variable or tensor of floats that the run reads.
        run: gives a flat list of tensors.
        tolerance: precision that the model computes in, and the relative tolerance that the user gave.
        rng: of the signs with which outputs are added up.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for tensor in read.values():
            tape.watch(tensor)
        terms = [_weighted(output, tolerance, rng) for output in run() if output.dtype.is_floating]
        score = tf.add_n(terms) if terms else tf.constant(0.0, tf.float64)
    found = tape.gradient(score, list(read.values()))
    return {path: g for path, g in zip(read, found, strict=True) if g is not None}


def _weighted(output: Any, tolerance: tuple[str, float | None], rng: np.random.Generator) -> Any:
    """An output over what is forgiven in each of its features, added up with random signs and sizes."""
    values = to_numpy(output)
    finite = np.isfinite(values)
    limits = limits_of(np.where(finite, values, 0.0), tolerance)
    signs = rng.choice([-1.0, 1.0], values.shape) * rng.uniform(0.5, 1.5, values.shape)
    weights = np.where(finite, signs / limits, 0.0)
    return tf.reduce_sum(tf.where(finite, tf.cast(output, tf.float64), 0.0) * weights)


def limits_of(values: Array, tolerance: tuple[str, float | None]) -> Array:
    """What a comparison forgives in each feature of an output."""
    allowed = tolerance_for(values.dtype, *tolerance)
    return allowed.absolute + allowed.relative * feature_scales(values)


def mark(mask: Array, weights: Array, gradient: Any) -> None:
    """Set the numbers of an array that a gradient shows to be covered."""
    values = np.abs(weights.astype(np.float64))
    change = CHANGE * np.maximum(values, np.sqrt(np.mean(np.square(values))) if values.size else 0.0)
    change = np.where(change > 0, change, CHANGE)  # an array of zeros: as if it were of ones
    if isinstance(gradient, tf.IndexedSlices):
        rows = to_numpy(gradient.indices)
        moved = np.abs(to_numpy(gradient.values).astype(np.float64)) * change[rows]
        np.logical_or.at(mask, rows, moved > 1.0)
        return
    moved = np.abs(to_numpy(gradient).astype(np.float64)) * change
    mask |= np.nan_to_num(moved, nan=0.0) > 1.0
