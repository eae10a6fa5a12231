"""Writing single numbers and rows of a tensor: ``tf.scatter_nd`` and ``tf.tensor_scatter_nd_*``."""

from __future__ import annotations

import numpy as np
from keras import ops

from migrate.capsule.model import Array
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.sizes import Dims, shape_of, static_dims


def scatter_nd(indices: Tensor | Array, updates: Tensor | Array, shape: Dims) -> Tensor:
    """``tf.scatter_nd``: what meets in one place is added up.

    Raises:
        MigrationError: ``CFG066`` for a shape that is known at run time only.
    """
    return ops.scatter(_places(indices), updates, tuple(static_dims(shape)))


def scatter_update(tensor: Tensor, indices: Tensor | Array, updates: Tensor | Array) -> Tensor:
    """``tf.tensor_scatter_nd_update``."""
    return ops.scatter_update(tensor, _places(indices), updates)


def scatter_add(tensor: Tensor, indices: Tensor | Array, updates: Tensor | Array) -> Tensor:
    """``tf.tensor_scatter_nd_add``; raises as `scatter_nd` does where the tensor has an open size."""
    return ops.add(tensor, scatter_nd(indices, updates, shape_of(tensor)))


def scatter_sub(tensor: Tensor, indices: Tensor | Array, updates: Tensor | Array) -> Tensor:
    """``tf.tensor_scatter_nd_sub``; raises as `scatter_nd` does where the tensor has an open size."""
    return ops.subtract(tensor, scatter_nd(indices, updates, shape_of(tensor)))


def _places(indices: Tensor | Array) -> Tensor | Array:
    """Indices; constants take the dtype of the tensors that they stand beside."""
    return indices.astype("int32") if isinstance(indices, np.ndarray) else indices


FUNCTIONS: Functions = {
    "scatter_add": scatter_add,
    "scatter_nd": scatter_nd,
    "scatter_sub": scatter_sub,
    "scatter_update": scatter_update,
}
