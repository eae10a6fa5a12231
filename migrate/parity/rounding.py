"""How far rounding alone moves a model: its own answer to inputs and weights that differ in the last bit.

Two correct programs round differently, and a model can magnify that: bytes of an image go through a deep network
into a sigmoid, whose outputs are at most 1 however large the sums before it were. The original's answer to a change of
its inputs by one unit in the last place (Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, section
1.6: conditioning) says what such a difference means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, largest_by_feature

FACTOR = 4.0
"""Rounding happens in every layer, and not only in the inputs."""
CAP = 1e-3
"""Largest share of an output's magnitude that is put down to rounding; beyond it nothing has been shown."""
UNITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""One to two units in the last place of the dtypes that mixed precision computes in, relative to the number. Variables
and inputs are float32 there, and a change of those in their own last bit is rounded away."""
CAP_OF_HALVES = {"float16": 1e-2, "bfloat16": 4e-2}
"""The same as `CAP`: twice what the tolerance of the dtype is."""
ROUNDS = 4
"""Answers differ by a factor of five from one choice of nudged numbers to the next (measured on U-Nets)."""


def nudged(probes: Mapping[str, Array], seed: int, compute: str = "") -> dict[str, Array]:
    """Probe inputs with half of the numbers, chosen at random, one unit in the last place further from zero.

    Further from zero, because a number may be an index that is about to be cut to an integer.

    Args:
        probes: any names, any shapes.
        seed: of the choice.
        compute: half precision that the model computes in; empty for that of the arrays.
    """
    rng = np.random.default_rng(seed)
    return {
        name: _nudged(array, rng, compute) if array.dtype.kind == "f" else array
        for name, array in probes.items()
    }


def _nudged(array: Array, rng: np.random.Generator, compute: str) -> Array:
    if compute in UNITS and array.dtype.itemsize > 2:
        further = (array * (1 + UNITS[compute])).astype(array.dtype)
    else:
        further = np.nextafter(array, np.where(array < 0, -np.inf, np.inf).astype(array.dtype))
    moved = (rng.random(array.shape) < 0.5) & (array != 0) & np.isfinite(further)
    return np.where(moved, further, array)


def slack_of(
    outputs: Mapping[str, Array], rounds: Sequence[Mapping[str, Array]], compute: str = ""
) -> dict[str, Array]:
    """What rounding may add to the tolerance of each output, absolute, for each feature.

    Args:
        outputs: of the original, named ``case/output``.
        rounds: its outputs for nudged inputs, in each round.
        compute: half precision that the model computes in.
    """
    cap = CAP_OF_HALVES.get(compute, CAP)
    return {
        name: np.minimum(
            FACTOR * np.max([_difference(array, answers[name]) for answers in rounds], axis=0),
            cap * feature_scales(np.where(np.isfinite(array), array, 0.0)),
        )
        for name, array in outputs.items()
        if array.dtype.kind == "f"
    }


def _difference(a: Array, b: Array) -> Array:
    both = np.isfinite(a) & np.isfinite(b)
    return largest_by_feature(np.where(both, a.astype(np.float64) - b.astype(np.float64), 0.0))
