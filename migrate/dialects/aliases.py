"""Arrays that an archive contains twice, because a wrapper also lists what its inner object owns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from migrate.capsule.model import Layer
from migrate.formats.artifact import SavedArray

_LOOKUP = "_lookup_layer/"
Archived = Callable[[Layer, list[SavedArray]], list[SavedArray]]
"""The arrays that an archive contains for a layer, each once and under the name of its owner."""
_OF_PACKAGES: dict[str, Archived] = {}


def declare_archived(class_name: str, archived: Archived) -> None:
    """Register how archives store the arrays of a class from a package built on Keras, under its full name."""
    _OF_PACKAGES[class_name] = archived


def without_aliases(layer: Layer, arrays: list[SavedArray]) -> list[SavedArray]:
    """The arrays of one layer without duplicates.

    Archives of 2.12 to 2.15 write ``TextVectorization`` weights below ``_lookup_layer`` too, and the kernel of
    a spectrally normalised layer as the wrapper's own ``vars/0`` (``layer/vars/0``), before its vector.
    """
    if layer.class_name in _OF_PACKAGES:
        return _OF_PACKAGES[layer.class_name](layer, arrays)
    names = {item.name: item for item in arrays}
    kept: list[SavedArray] = []
    for item in arrays:
        if _LOOKUP in item.name and item.name.replace(_LOOKUP, "") in names:
            continue
        head, _, number = item.name.rpartition("vars/")
        first, inner = names.get(f"{head}vars/0"), names.get(f"{head}layer/vars/0")
        if first is not None and inner is not None and same_values(first, inner):
            if number == "0":
                continue
            kept.append(SavedArray(f"{head}vars/{int(number) - 1}", item.array, item.stored_dtype))
            continue
        kept.append(item)
    return kept


def same_values(one: SavedArray, other: SavedArray) -> bool:
    """Whether two arrays of a file have the same shape and values."""
    return one is not other and one.shape == other.shape and np.array_equal(one.array, other.array)
