"""What a program did, step by step: one line of JSON an event, and the arrays that are small enough to keep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.capsule.store import save_arrays

_KEPT = 1 << 16
"""Elements up to which an array is kept."""
_BUDGET = 512 << 20
"""Bytes of arrays that are kept of one run."""
_MAX_EVENTS = 200_000


class Finished(BaseException):
    """The steps that were asked for are done; no program catches it by accident."""


@dataclass
class Recorder:
    """Collects events.

    Attributes:
        steps: to record; the program is ended after them.
        step: the training step at hand, from 1; 0 before the first.
        inside: whether a step runs now; nothing else is recorded.
    """

    steps: int
    step: int = 0
    inside: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)
    arrays: dict[str, Array] = field(default_factory=dict)
    _counts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    _bytes: int = 0

    def array(self, kind: str, key: str, value: Array, site: str) -> None:
        """Record an array: its statistics, and itself while it is small.

        Args:
            kind: ``layer``, ``loss``, ``gradient``, ``weight`` or ``value``.
            key: what it is called in both worlds.
            value: float, integer or boolean, any shape.
            site: ``FILE:LINE`` of the program, empty when no line of it had a part.
        """
        if value.dtype.kind not in "fiub" or len(self.events) >= _MAX_EVENTS:
            return
        number = self._next(
            kind, key, site, shape=list(value.shape), dtype=value.dtype.name, statistics=statistics(value)
        )
        if value.size <= _KEPT and self._bytes + value.nbytes <= _BUDGET:
            self._bytes += value.nbytes
            self.arrays[str(number)] = value.copy()

    def fact(self, kind: str, key: str, value: object, site: str) -> None:
        """Record a value that is no array, such as names."""
        self._next(kind, key, site, value=value)

    def _next(self, kind: str, key: str, site: str, **more: object) -> int:
        counted = (self.step, kind, key)
        number = len(self.events)
        entry = {
            "step": self.step,
            "kind": kind,
            "key": key,
            "again": self._counts[counted],
            "site": site,
            **more,
        }
        self.events.append(entry)
        self._counts[counted] += 1
        return number

    def save(self, folder: Path, stem: str, more: Mapping[str, Array]) -> tuple[Path, Path]:
        """Write the events and arrays; the latter with ``more``, whose names are no numbers."""
        trace, arrays = folder / f"{stem}.jsonl", folder / f"{stem}.safetensors"
        trace.write_text("".join(f"{json.dumps(event)}\n" for event in self.events), encoding="utf-8")
        save_arrays(arrays, {**self.arrays, **more})
        return trace, arrays


def statistics(value: Array) -> list[float]:
    """Figures that two equal arrays have in common and different ones hardly: mean, deviation, extremes, projections.

    The projections weigh the elements with three waves, so that a swapped axis or a turned order changes them.

    Returns:
        Seven finite numbers; elements that are not finite count as 0, and their share is an eighth number.
    """
    flat = np.asarray(value, dtype=np.float64).ravel()
    if not flat.size:
        return [0.0] * 8
    finite = np.isfinite(flat)
    flat = np.where(finite, flat, 0.0)
    index = np.arange(1, flat.size + 1, dtype=np.float64)
    waves = [float(np.dot(flat, np.cos(index * turn)) / np.sqrt(flat.size)) for turn in (0.7, 2.1, 0.013)]
    return [
        float(flat.mean()),
        float(flat.std()),
        float(flat.min()),
        float(flat.max()),
        *waves,
        float(1 - finite.mean()),
    ]
