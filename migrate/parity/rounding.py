"""How far rounding alone moves a model: its own outputs for inputs and weights that differ in the last bit.

Two correct programs round differently, and a model can magnify that: image bytes go through a deep network
into a sigmoid, whose outputs are at most 1 however large its inputs were. The original's response to a change of
its inputs by one unit in the last place (Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, section
1.6: conditioning) says what such a difference means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, largest_by_feature, tolerance_for

FACTOR = 4.0
"""Rounding happens in every layer, not only in the inputs."""
CAP = 1e-3
"""Largest share of an output's magnitude that is attributed to rounding; beyond it nothing has been shown."""
UNITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""One to two units in the last place of the dtypes that mixed precision computes in, relative to the number. Variables
and inputs are float32 there, and a change of those in their own last bit is rounded away."""
CAP_OF_HALVES = {"float16": 1e-2, "bfloat16": 4e-2}
"""The same as `CAP`: twice what the tolerance of the dtype is."""
ROUNDS = 4
"""Responses vary by a factor of five between choices of nudged numbers (measured on U-Nets)."""


def nudged(probes: Mapping[str, Array], seed: int, compute: str = "") -> dict[str, Array]:
    """Probe inputs with half of the numbers, chosen at random, one unit in the last place further from zero.

    Further from zero, because a number may be an index that is about to be truncated to an integer.

    Args:
        probes: any names, any shapes.
        seed: of the choice.
        compute: half precision that the model computes in; empty to use that of the arrays.
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


def moves_of(outputs: Mapping[str, Array], rounds: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """How far rounding may move each output of floats, absolute, for each feature.

    Args:
        outputs: of the original, named ``case/output``.
        rounds: its outputs for nudged inputs, in each round.
    """
    return {
        name: FACTOR * np.max([_difference(array, answers[name]) for answers in rounds], axis=0)
        for name, array in outputs.items()
        if array.dtype.kind == "f"
    }


def slack_of(outputs: Mapping[str, Array], moves: Mapping[str, Array], compute: str = "") -> dict[str, Array]:
    """The rounding allowance for each output: how far rounding moves it, up to the cap.

    Args:
        outputs: of the original, named ``case/output``.
        moves: see `moves_of`.
        compute: half precision that the model computes in.
    """
    return {name: np.minimum(moved, _most(outputs[name], compute)) for name, moved in moves.items()}


def largest(moves: Mapping[str, Array]) -> dict[str, float]:
    """How far rounding may move any feature of an output: the affected feature differs between programs."""
    return {name: float(moved.max(initial=0.0)) for name, moved in moves.items()}


def unsteady(outputs: Mapping[str, Array], moves: Mapping[str, Array], compute: str = "") -> frozenset[str]:
    """Cases that show nothing, because rounding alone moves one of their outputs by more than `CAP`."""
    return frozenset(
        name.split("/")[0]
        for name, moved in moves.items()
        if bool(np.any(moved > _most(outputs[name], compute) + _ignored(outputs[name], compute)))
    )


def _ignored(array: Array, compute: str) -> float:
    return tolerance_for(array.dtype, compute, None).absolute


def _most(array: Array, compute: str) -> Array:
    scales: Array = feature_scales(np.where(np.isfinite(array), array, 0.0))
    return CAP_OF_HALVES.get(compute, CAP) * scales


def _difference(a: Array, b: Array) -> Array:
    both = np.isfinite(a) & np.isfinite(b)
    return largest_by_feature(np.where(both, a.astype(np.float64) - b.astype(np.float64), 0.0))
