"""Trial inputs for definitions: small tensors of common ranks, with the same numbers in both worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array

ROWS = (3, 2)
"""Rows of the two batches of each case; the second holds larger numbers."""
_SCALES = (1.0, 4.0)
_IDS = 5
"""Upper limit of integer inputs, inside any vocabulary that a repository has."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Shapes (without the batch) and kinds of the inputs for one way to call something.

    Attributes:
        shapes: of each input.
        kind: ``float``, ``ids`` (integers from 0), ``one-hot``, ``binary``, ``share`` (numbers in one
            row that add up to 1) or ``probability``; one for each input.
    """

    shapes: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(f"{k} {list(s)}" for s, k in zip(self.shapes, self.kinds, strict=True))


def _floats(*shapes: tuple[int, ...]) -> Candidate:
    return Candidate(shapes, ("float",) * len(shapes))


TENSORS = (
    _floats((6, 8)),
    _floats((8,)),
    _floats((8, 8, 4)),
    Candidate(((6,),), ("ids",)),
    _floats((4, 6, 6, 3)),
    _floats((32, 32, 3)),
    _floats((6, 8), (6, 8)),
    _floats((8,), (8,)),
    _floats((8, 8, 4), (8, 8, 4)),
    _floats((6, 8), (6, 8), (6, 8)),
    _floats((8,), (8,), (8,)),
)
"""Inputs for layers and tensor functions, in the order to try."""
PAIRS = (
    Candidate(((4,), (4,)), ("one-hot", "share")),
    Candidate(((1,), (1,)), ("binary", "probability")),
    Candidate(((8, 8, 2), (8, 8, 2)), ("binary", "probability")),
    Candidate(((6, 4), (6, 4)), ("one-hot", "share")),
    Candidate(((4,), (4,)), ("float", "float")),
    Candidate(((), (4,)), ("ids4", "share")),
)
"""Labels and predictions for losses and metrics, in the order to try."""


def arrays(candidate: Candidate, batch: int, seed: int = 0) -> list[Array]:
    """The inputs of one batch.

    Args:
        candidate: shapes and kinds.
        batch: 0 or 1; see `ROWS`.
        seed: of the numbers.

    Returns:
        float32 or int32 arrays of shape ``(rows, *shape)``.
    """
    rng = np.random.default_rng([seed, batch, len(candidate.shapes)])
    return [
        _array(rng, (ROWS[batch], *shape), kind, _SCALES[batch])
        for shape, kind in zip(candidate.shapes, candidate.kinds, strict=True)
    ]


def _array(rng: np.random.Generator, shape: Sequence[int], kind: str, scale: float) -> Array:
    shape = tuple(shape)
    if kind.startswith("ids"):
        ids: Array = rng.integers(0, int(kind[3:] or _IDS), shape).astype(np.int32)
        return ids
    if kind == "one-hot":
        rows: Array = np.eye(shape[-1], dtype=np.float32)[rng.integers(0, shape[-1], shape[:-1])]
        return rows
    if kind == "binary":
        bits: Array = rng.integers(0, 2, shape).astype(np.float32)
        return bits
    if kind == "share":
        values = np.exp(scale * rng.normal(size=shape))
        shares: Array = (values / values.sum(axis=-1, keepdims=True)).astype(np.float32)
        return shares
    if kind == "probability":
        inside: Array = rng.uniform(0.02, 0.98, shape).astype(np.float32)
        return inside
    numbers: Array = (scale * rng.normal(size=shape)).astype(np.float32)
    return numbers


def of_model(described: Sequence[tuple[Sequence[int | None], str]]) -> list[Candidate]:
    """Candidates for a model by the shapes (with the batch) and dtypes of its inputs.

    For an unknown length, a small value is tried first, then one large enough for a stack of strided convolutions. A
    float input may feed an embedding, so ids are tried as well.
    """
    found: list[Candidate] = []
    for length in (6, 32, 64):
        shapes = tuple(
            tuple(length if size is None else int(size) for size in shape[1:]) for shape, _ in described
        )
        kinds = tuple("ids" if np.dtype(dtype).kind in "iub" else "float" for _, dtype in described)
        for candidate in (Candidate(shapes, kinds), Candidate(shapes, ("ids",) * len(kinds))):
            if candidate not in found:
                found.append(candidate)
    return found


def perturbed(weights: Sequence[tuple[str, Array]], seed: int = 0) -> list[Array]:
    """Weights near their initial values but all different: a bias of zero or one would hide its effect.

    Variances stay positive; integers do not change.
    """
    rng = np.random.default_rng([seed, 7])
    found: list[Array] = []
    for name, value in weights:
        if value.dtype.kind != "f":
            found.append(value)
            continue
        noise = 1 + 0.2 * rng.uniform(-1, 1, value.shape)
        moved = value * noise + 0.05 * rng.uniform(-1, 1, value.shape)
        if "variance" in name:
            moved = np.maximum(np.abs(moved), 0.1)
        found.append(np.asarray(moved).astype(value.dtype))
    return found


def projection(shape: Sequence[int], seed: int = 3) -> Array:
    """Fixed weights for an output, so that its gradient is that of a scalar and no symmetry cancels."""
    values: Any = np.random.default_rng([seed, *shape]).uniform(0.5, 1.5, tuple(shape))
    return np.asarray(values, dtype=np.float32)
