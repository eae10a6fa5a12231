"""``K.dot``, ``K.batch_dot`` and ``tf.einsum`` as TensorFlow's products of matrices.

Source: ``keras/backend/tensorflow_backend.py`` of 2.2.4 and 2.3.1. ``batch_dot`` changed in 2.3; both forms agree
where both accept the arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Tensor


def dot(r: Recorder, x: Any, y: Any) -> Any:
    """``K.dot``: the last axis of ``x`` with the last but one of ``y``."""
    if not isinstance(x, Tensor):
        raise Refused("K.dot of a constant")
    left, right = x.rank, y.rank if isinstance(y, Tensor) else int(np.ndim(y))
    if left == 2 and right == 2:
        return r.tensor("linalg.matmul", x, y)
    return r.tensor("tensordot", x, y, [[left - 1], [max(right - 2, 0)]])


def batch_dot(r: Recorder, x: Any, y: Any, axes: Any = None) -> Any:
    """``K.batch_dot``: for each sample, the sum over one axis of each; the result has at least two dimensions."""
    if not isinstance(x, Tensor) or not isinstance(y, Tensor):
        raise Refused("K.batch_dot of a constant")
    if x.rank < 2 or y.rank < 2:
        raise Refused("K.batch_dot of vectors")
    left, right = _axes(axes, x, y)
    if left == 0 or right == 0:
        raise Refused("K.batch_dot over the axis of samples")
    if x.rank > 3 or y.rank > 3:
        raise Refused("K.batch_dot of tensors of more than three dimensions")
    if x.rank == 2 and y.rank == 2:
        product = r.tensor("math.multiply", x, y)
        return r.tensor("math.reduce_sum", product, 1, keepdims=True)
    a = r.tensor("expand_dims", x, 1) if x.rank == 2 else x
    b = r.tensor("expand_dims", y, 2) if y.rank == 2 else y
    flags = {"transpose_a": x.rank == 3 and left == 1, "transpose_b": y.rank == 3 and right == 2}
    product = r.tensor("linalg.matmul", a, b, **{key: True for key, value in flags.items() if value})
    if x.rank == 2:
        return r.tensor("squeeze", product, [1])
    return r.tensor("squeeze", product, [2]) if y.rank == 2 else product


def _axes(axes: Any, x: Tensor, y: Tensor) -> tuple[int, int]:
    if axes is None:
        axes = (x.rank - 1, 1 if y.rank == 2 else y.rank - 2)
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    if len(pair) != 2 or not all(isinstance(axis, int) for axis in pair):
        raise Refused(f"K.batch_dot over {axes!r}")
    return pair[0] % x.rank, pair[1] % y.rank


def einsum(r: Recorder, equation: str, *operands: Any, name: Any = None) -> Any:
    """``tf.einsum`` of two tensors, as a product of matrices for each sample.

    A file cannot hold the call itself: Keras 2 does not store the operands of functions that take any number of them.

    Raises:
        Refused: the equation sums or keeps more than one axis at a time.
    """
    left, _, result = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != 2 or len(operands) != 2 or not result or not all(t.isalpha() for t in (*terms, result)):
        raise Refused(f"tf.einsum({equation!r})")
    a, b = terms
    if any(len(set(term)) != len(term) for term in (a, b, result)):
        raise Refused(f"tf.einsum({equation!r})")
    shared = [label for label in result if label in a and label in b]
    summed = [label for label in a if label in b and label not in result]
    own = [[label for label in term if label not in (*shared, *summed)] for term in (a, b)]
    lost = [label for labels in own for label in labels if label not in result]
    if lost or len(summed) != 1 or any(len(labels) > 1 for labels in own):
        raise Refused(f"tf.einsum({equation!r})")
    x = _arranged(r, operands[0], a, [*shared, *own[0], *summed], None if own[0] else -2)
    y = _arranged(r, operands[1], b, [*shared, *summed, *own[1]], None if own[1] else -1)
    product = r.tensor("linalg.matmul", x, y)
    order = [*shared, *own[0], *own[1]]
    gone = [axis for axis, labels in ((-2, own[0]), (-1, own[1])) if not labels]
    if gone:
        product = r.tensor("squeeze", product, gone)
    if order == list(result):
        return product
    return r.tensor("transpose", product, [order.index(label) for label in result])


def _arranged(r: Recorder, value: Any, labels: str, order: list[str], new: int | None) -> Any:
    """A tensor with its axes in another order, and one of size 1 put in."""
    if not isinstance(value, Tensor):
        raise Refused("tf.einsum of a constant")
    if list(labels) != order:
        value = r.tensor("transpose", value, [labels.index(label) for label in order])
    return value if new is None else r.tensor("expand_dims", value, new)
