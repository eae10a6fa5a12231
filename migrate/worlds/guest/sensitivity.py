"""How far each number of a weight moves the outputs, in units of what a comparison forgives. Imports TensorFlow.

The outputs, each set against what a comparison would forgive, are added up with random signs; the gradient of the sum
says how far a number moves an output. A number is *covered* if a change by `CHANGE` of its array's size would have been
noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, tolerance_for
from migrate.worlds.contracts.models import Shares
from migrate.worlds.guest.framework_types import Tensor, Variable
from migrate.worlds.guest.runner import to_numpy

_CHUNK = 1 << 20
"""Numbers that are looked at together: a large array is not copied to doubles as a whole."""
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

    def shares(self) -> Shares:
        """Share of covered numbers by path, and of met pieces by layer."""
        return Shares(
            {path: float(mask.mean()) if mask.size else 1.0 for path, mask in self.arrays.items()},
            self.branches,
        )


class Inner(Protocol):
    """Tensors inside of a model whose gradients are asked for."""

    def begin(self, tape: tf.GradientTape) -> None:
        """The tape that is to watch them."""

    @property
    def tensors(self) -> list[Tensor]:
        """Those that were watched."""

    def end(self, gradients: list[Tensor | None]) -> None:
        """Their gradients."""


def gradients_of(
    read: Mapping[str, Tensor | Variable],
    run: Callable[[], list[Tensor]],
    tolerance: tuple[str, float | None],
    rng: np.random.Generator,
    inner: Inner | None = None,
) -> dict[str, Tensor]:
    """How far each number moves the outputs of one run; what no gradient leads to is left out.

    Args:
        read: name to a variable or tensor of floats that the run reads.
        run: gives a flat list of tensors.
        tolerance: precision that the model computes in, and the relative tolerance that the user gave.
        rng: of the signs with which outputs are added up.
        inner: asks for the gradients of tensors that are made on the way.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        if inner is not None:
            inner.begin(tape)
        for tensor in read.values():
            tape.watch(tensor)
        terms = [
            _weighted(output, tolerance, rng) for output in run() if tf.as_dtype(output.dtype).is_floating
        ]
        score = tf.add_n(terms) if terms else tf.constant(0.0, tf.float64)
    within = inner.tensors if inner is not None else []
    found = tape.gradient(score, [*read.values(), *within])
    if inner is not None:
        inner.end(found[len(read) :])
    return {path: g for path, g in zip(read, found, strict=False) if g is not None}


def _weighted(output: Tensor, tolerance: tuple[str, float | None], rng: np.random.Generator) -> Tensor:
    """An output over what is forgiven in each of its features, added up with random signs and sizes."""
    values = to_numpy(output)
    finite = np.isfinite(values)
    limits = limits_of(np.where(finite, values, 0.0), tolerance)
    signs = rng.choice([-1.0, 1.0], values.shape) * rng.uniform(0.5, 1.5, values.shape)
    weights = np.where(finite, signs / limits, 0.0)
    total: Tensor = tf.reduce_sum(tf.where(finite, tf.cast(output, tf.float64), 0.0) * weights)
    return total


def limits_of(values: Array, tolerance: tuple[str, float | None]) -> Array:
    """What a comparison forgives in each feature of an output."""
    allowed = tolerance_for(values.dtype, *tolerance)
    return allowed.absolute + allowed.relative * feature_scales(values)


def mark(mask: Array, weights: Array, gradient: Tensor) -> None:
    """Set the numbers of an array that a gradient shows to be covered.

    Args:
        mask: bool, of the array's shape; changed.
        weights: the array.
        gradient: a tensor of its shape, or slices of its rows.
    """
    if not weights.size:
        return
    flat = weights.reshape(-1)
    typical = _typical(flat)
    if isinstance(gradient, tf.IndexedSlices):
        rows = to_numpy(gradient.indices)
        moved = _moved(to_numpy(gradient.values), weights[rows], typical)
        np.logical_or.at(mask, rows, moved > 1.0)
        return
    moves = to_numpy(gradient).reshape(-1)
    seen = mask.reshape(-1)  # a view: masks are made in one piece
    for start in range(0, flat.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        seen[part] |= _moved(moves[part], flat[part], typical) > 1.0


def _typical(flat: Array) -> float:
    """The root of the mean square, summed up in doubles."""
    chunks = (flat[start : start + _CHUNK].astype(np.float64) for start in range(0, flat.size, _CHUNK))
    return float(np.sqrt(sum(float(np.dot(chunk, chunk)) for chunk in chunks) / flat.size))


def _moved(gradient: Array, weights: Array, typical: float) -> Array:
    """How far a change of each number moves the outputs; an array of zeros counts as if it were of ones."""
    change = CHANGE * (np.maximum(np.abs(weights), typical) if typical else np.ones_like(weights))
    moved: Array = np.nan_to_num(np.abs(gradient.astype(np.float64)) * change, nan=0.0)
    return moved
