"""Types of what the functions of both worlds take and return; neither framework ships its own.

A tensor may be symbolic (a ``KerasTensor``, or a tensor of a ``tf.function``) or hold values; the operations never ask
which. They ask for numbers, arrays and sizes, which is what the unions below distinguish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias


class Tensor(Protocol):
    """A tensor of Keras 3, TensorFlow or NumPy."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes; None for one that is known only at run time."""

    @property
    def dtype(self) -> object:
        """Of the elements; its text is the name, such as ``float32``."""

    def __getitem__(self, key: Any, /) -> Any:
        """A part of it, as NumPy's basic slicing gives it."""


Operand: TypeAlias = Tensor | float
"""What an elementwise operation takes: a tensor, an array that the file holds, or a number."""
Axes: TypeAlias = int | Sequence[int] | None
"""Axes to reduce over; None for all of them."""
Window: TypeAlias = int | Sequence[int] | None
"""Sizes, strides or dilations of a window: one number, one per spatial axis, or one per axis of the tensor."""
Padding: TypeAlias = str | Sequence[Sequence[int]]
"""``SAME``, ``VALID`` or ``EXPLICIT``; or the borders themselves, a pair for each axis."""
Functions: TypeAlias = Mapping[str, Callable[..., Any]]
"""The functions of a module, by the names that the operations table knows them by."""
