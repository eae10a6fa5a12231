"""How a window moves over an axis: what ``padding="same"`` adds before and after, and how PyTorch is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.torch_source.graph import Shape


@dataclass(frozen=True, slots=True)
class Window:
    """Sizes by axis of a window."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]


def same_padding(window: Window, spatial: Shape) -> list[tuple[int, int]] | None:
    """What TensorFlow adds before and after each axis; None where that hangs on a free size.

    The output has ``ceil(size / stride)`` places; an odd rest goes to the end.
    """
    found = []
    for size, stride, dilation, length in zip(
        window.size, window.strides, window.dilation, spatial, strict=True
    ):
        reach = (size - 1) * dilation + 1
        if stride == 1:
            total = reach - 1
        elif length is None:
            return None
        else:
            total = max((-(-length // stride) - 1) * stride + reach - length, 0)
        found.append((total // 2, total - total // 2))
    return found


def is_symmetric(padding: Sequence[tuple[int, int]]) -> bool:
    """Whether as much is added before as after."""
    return all(before == after for before, after in padding)


def for_pad(padding: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The argument of ``F.pad``, which begins with the last axis."""
    return tuple(side for before, after in reversed(padding) for side in (before, after))
