"""Sizes of tensors that are known only at run time, as TensorFlow graphs computed with them.

``tf.shape(x)`` has no counterpart in ``keras.ops``: there, static sizes are plain integers and dynamic ones
are left to the operation (``-1`` in a reshape). So shapes are carried beside the graph while it is built: a
:class:`Shape` of plain integers and :class:`Size` objects. Where a size really flows into numbers (a scale by
the length of a sequence), it is counted: the sum of ones along that axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Tensor
from migrate.worlds.modern.operations.complex_numbers import Complex


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """One size that is unknown while the graph is built.

    Attributes:
        count: makes the int32 scalar tensor.
        source: tensor and axis it was read from; None for a computed one.
    """

    count: Callable[[], Tensor]
    source: tuple[Tensor, int] | None = None

    @property
    def is_batch(self) -> bool:
        """Whether it is the first size of a tensor."""
        return self.source is not None and self.source[1] == 0


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A vector of sizes: what ``tf.shape`` gives."""

    dims: tuple[Dim, ...]


Dim: TypeAlias = int | Size
"""A size, known or not; -1 for whatever is left over."""
Arithmetic: TypeAlias = Callable[[Any, Any], Any]
"""Of two numbers, or of the tensors that count them."""
Dims: TypeAlias = Shape | Size | int | Sequence["Dims"]
"""A shape as the arguments of a call hold it."""


def shape_of(tensor: Tensor) -> Shape:
    """The sizes of a tensor; static ones are integers."""
    return Shape(tuple(_size(tensor, axis, dim) for axis, dim in enumerate(tensor.shape)))


def _size(tensor: Tensor, axis: int, dim: int | None) -> Dim:
    if dim is not None:
        return int(dim)
    return Size(lambda: ops.sum(ops.cast(ones_along(tensor, axis), "int32")), (tensor, axis))


def ones_along(tensor: Tensor, axis: int) -> Tensor:
    """A vector of ones (float32) as long as one axis of a tensor."""
    key = tuple(slice(None) if i == axis else 0 for i in range(len(tensor.shape)))
    return ops.ones_like(ops.cast(tensor[key], "float32"))


def combine(function: Arithmetic, left: Dim, right: Dim) -> Dim:
    """Arithmetic between sizes and integers."""
    if isinstance(left, Size) or isinstance(right, Size):
        return Size(lambda: function(number(left), number(right)))
    return function(left, right)


def larger(left: Any, right: Any) -> Any:
    """The larger of two sizes, of which one may be a tensor."""
    return max(left, right) if isinstance(left, int) and isinstance(right, int) else ops.maximum(left, right)


def smaller(left: Any, right: Any) -> Any:
    """The smaller of two sizes, of which one may be a tensor."""
    return min(left, right) if isinstance(left, int) and isinstance(right, int) else ops.minimum(left, right)


def number(value: object) -> Any:
    """A size as a tensor, everything else as it is."""
    return value.count() if isinstance(value, Size) else value


def concrete(value: object) -> Any:
    """A value as layers and ordinary operations take it: sizes counted, shapes stacked into an int32 vector.

    Raises:
        MigrationError: ``CFG061`` for complex numbers, which they do not take.
    """
    if isinstance(value, Complex):
        raise MigrationError(
            "CFG061",
            "complex numbers of a spectrum go where Keras 3 takes real ones: into a layer, an output, or a function "
            "that has no counterpart for them",
            "Take tf.abs, tf.math.real or tf.math.angle of them first, or keep the model as a SavedModel.",
        )
    if isinstance(value, Size):
        return value.count()
    if isinstance(value, Shape):
        if all(isinstance(d, int) for d in value.dims):
            return list(value.dims)
        return ops.stack(
            [
                ops.convert_to_tensor(number(d), "int32") if isinstance(d, int) else number(d)
                for d in value.dims
            ]
        )
    return value


def dims_of(value: object) -> list[Dim]:
    """A shape argument as a list of integers (``-1`` for the rest) and sizes."""
    if isinstance(value, Shape):
        return list(value.dims)
    if isinstance(value, list | tuple):
        flat: list[Dim] = []
        for item in value:
            flat += dims_of(item) if isinstance(item, Shape | list | tuple) else [item]
        if all(isinstance(d, int | Size) for d in flat):
            return flat
    if isinstance(value, int | Size):
        return [value]
    raise MigrationError(
        "CFG066", "a shape is computed by operations that cannot be followed while the graph is built"
    )


def static_dims(value: Dims) -> list[int]:
    """A shape argument that must be known.

    Raises:
        MigrationError: ``CFG066``.
    """
    dims = dims_of(value)
    known = [dim for dim in dims if isinstance(dim, int)]
    if len(known) < len(dims):
        raise MigrationError("CFG066", "a size known only at run time is used where Keras 3 needs a constant")
    return known


def known(size: int | None, what: str) -> int:
    """A size that must be known while the graph is built.

    Args:
        size: of a tensor; None when only the run knows it.
        what: happens to it, for the message.

    Raises:
        MigrationError: ``CFG066``.
    """
    if size is None:
        raise MigrationError("CFG066", what)
    return size


def filled(dims: Sequence[Dim], value: float, dtype: str) -> Tensor:
    """A tensor of one value whose shape holds sizes of other tensors."""
    result: Tensor | None = None
    rank = len(dims)
    for axis, dim in enumerate(dims):
        if isinstance(dim, int):
            continue
        if dim.source is None:
            raise MigrationError(
                "CFG066", "a tensor is created with a computed size; Keras 3 cannot express it"
            )
        position = [-1 if i == axis else 1 for i in range(rank)]
        vector = ops.reshape(ones_along(*dim.source), position)
        result = vector if result is None else ops.multiply(result, vector)
    for axis, dim in enumerate(dims):
        if isinstance(dim, int) and dim != 1:
            result = ops.repeat(result, dim, axis=axis)
    return ops.cast(ops.multiply(result, value), dtype)
