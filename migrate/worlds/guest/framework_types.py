"""Types of what TensorFlow and both Keras give; none of them ships its own.

Protocols name the members that are used in many places; any other attribute of a live layer or model is reached as
well, and untyped. A tensor may be symbolic or hold values, which nothing here distinguishes: what matters to operations
is whether they are given a tensor, a number or a size.
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


class Variable(Protocol):
    """A variable of either Keras, or of TensorFlow."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes; None for one that is known only at run time."""

    @property
    def name(self) -> str:
        """In Keras 3 without a path, in TensorFlow with its scopes and ``:0``."""

    def assign(self, value: Any, /) -> Any:
        """Take another value of the same shape."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else the frameworks give it."""


class LiveLayer(Protocol):
    """A layer of either Keras, as opposed to the record of one in a capsule."""

    call: Any

    @property
    def name(self) -> str:
        """Unique among the layers of its model."""

    @property
    def weights(self) -> Sequence[Variable]:
        """All its variables, those of inner layers included, in the order of files."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Its outputs, in the structure that it gives them."""

    def __getattr__(self, name: str) -> Any:
        """Whatever else its class has."""


class LiveModel(LiveLayer, Protocol):
    """A model of either Keras."""

    run_eagerly: bool
    jit_compile: bool | str

    @property
    def layers(self) -> Sequence[LiveLayer]:
        """In the order in which they were made."""


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
