"""Which steps of a sequence the compared outputs depend on, for each recurrent layer of a live model.

The tensor of the sequence is watched while the model runs; the gradient says how far a change of one step by a tenth of
the sequence's size moves an output. Sequences have many lengths, so three pieces stand for them: the first step, those
between, and the last one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.worlds.guest.framework_types import Tensor
from migrate.worlds.guest.runner import to_numpy
from migrate.worlds.guest.sensitivity import CHANGE

Meet = Callable[[list[bool]], None]


class Steps:
    """Sequences that recurrent layers read under one tape."""

    def __init__(self) -> None:
        self._tape: tf.GradientTape | None = None
        self._read: list[tuple[Meet, Tensor]] = []

    def begin(self, tape: tf.GradientTape) -> None:
        """Watch what is read from here on."""
        self._tape, self._read = tape, []

    def watch(self, meet: Meet, sequence: Tensor) -> None:
        """A layer reads a sequence, (rows, steps, …) of floats."""
        if self._tape is not None and tf.as_dtype(sequence.dtype).is_floating and len(sequence.shape) > 2:
            self._tape.watch(sequence)
            self._read.append((meet, sequence))

    @property
    def tensors(self) -> list[Tensor]:
        """What was read since the beginning."""
        return [sequence for _, sequence in self._read]

    def end(self, gradients: list[Tensor | None]) -> None:
        """Note which pieces move an output; ``gradients`` are those of ``tensors``."""
        for (meet, sequence), gradient in zip(self._read, gradients, strict=True):
            meet(_pieces(to_numpy(sequence), None if gradient is None else to_numpy(gradient)))
        self._tape, self._read = None, []


def _pieces(sequence: Array, gradient: Array | None) -> list[bool]:
    """Whether the first step, one between and the last one would have been noticed; one that is not there counts."""
    steps = sequence.shape[1]
    if gradient is None:
        return [False] * 3
    values = sequence.astype(np.float64)
    typical = float(np.sqrt(np.mean(values**2))) if values.size else 0.0
    moved = np.nan_to_num(np.abs(gradient.astype(np.float64)) * CHANGE * np.maximum(np.abs(values), typical))
    seen = moved.max(axis=tuple(axis for axis in range(moved.ndim) if axis != 1), initial=0.0) > 1.0
    between = bool(seen[1:-1].any()) if steps > 2 else True
    return [bool(seen[0]), between, bool(seen[-1])] if steps else [False] * 3
