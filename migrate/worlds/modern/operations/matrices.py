"""``tf.linalg`` over ``keras.ops``: diagonals and bands of (batches of) matrices of known size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Axes, Functions, Tensor


def diag_part(input: Tensor, k: int | Sequence[int] = 0) -> Tensor:
    """``tf.linalg.diag_part`` of one diagonal."""
    return ops.diagonal(input, offset=_one_diagonal(k), axis1=-2, axis2=-1)


def diag(diagonal: Tensor, k: int | Sequence[int] = 0) -> Tensor:
    """``tf.linalg.diag``: the last axis on the main diagonal, zeros elsewhere."""
    _main_only(k, "diag")
    size = _known(diagonal.shape[-1], "tf.linalg.diag")
    return ops.multiply(ops.expand_dims(diagonal, -1), ops.eye(size, dtype=diagonal.dtype))


def set_diag(input: Tensor, diagonal: Tensor, k: int | Sequence[int] = 0) -> Tensor:
    """``tf.linalg.set_diag`` of the main diagonal of square matrices."""
    _main_only(k, "set_diag")
    rows, columns = (_known(n, "tf.linalg.set_diag") for n in input.shape[-2:])
    if rows != columns:
        raise MigrationError("CFG061", "tf.linalg.set_diag of a matrix that is not square has no counterpart")
    return ops.where(np.eye(rows, dtype="bool"), ops.expand_dims(diagonal, -1), input)


def band_part(input: Tensor, num_lower: int, num_upper: int) -> Tensor:
    """``tf.linalg.band_part``: a negative number of diagonals means all of them."""
    rows, columns = (_known(n, "tf.linalg.band_part") for n in input.shape[-2:])
    distance = np.arange(columns)[None, :] - np.arange(rows)[:, None]
    kept = (num_upper < 0) | (distance <= num_upper)
    kept &= (num_lower < 0) | (-distance <= num_lower)
    return ops.where(kept, input, ops.zeros_like(input))


def normalize(tensor: Tensor, ord: float | str = "euclidean", axis: Axes = None) -> list[Tensor]:
    """``tf.linalg.normalize``: the tensor over its norm, and the norm."""
    from migrate.worlds.modern.operations.numbers import norm

    length = norm(tensor, ord, axis, keepdims=True)
    return [ops.divide(tensor, length), length]


def _one_diagonal(k: int | Sequence[int]) -> int:
    if isinstance(k, int):
        return k
    raise MigrationError("CFG061", "tf.linalg.diag_part of several diagonals has no counterpart")


def _main_only(k: int | Sequence[int], name: str) -> None:
    if k != 0:
        raise MigrationError(
            "CFG061", f"tf.linalg.{name} of a diagonal other than the main one has no counterpart"
        )


def _known(size: int | None, name: str) -> int:
    if size is None:
        raise MigrationError("CFG066", f"{name} of a matrix whose size is known only at run time")
    return int(size)


FUNCTIONS: Functions = {
    "band_part": band_part,
    "diag": diag,
    "diag_part": diag_part,
    "normalize": normalize,
    "set_diag": set_diag,
}
