"""int4: two weights in each byte, which releases pair in different directions.

Source: ``quantizers.pack_int4``, and ``_int4_build`` of Dense, EinsumDense and Embedding, of Keras 3.11 to 3.15. The
kernel of a Dense of (inputs, units) is stored as (⌈inputs/2⌉, units) up to 3.13 and as (inputs, ⌈units/2⌉) from 3.14
on, which by default also scales blocks of 128 and no longer quantizes what goes in.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from packaging.version import Version

from migrate.capsule.model import Array
from migrate.dialects.keras3_minors.archives import Config, inside, walk

_BY_UNITS = Version("3.14.dev0")
_SINCE = {"Embedding": Version("3.12.dev0")}
_SINCE_OTHERS = Version("3.11.dev0")
_POLICIES = frozenset({"Int4DTypePolicy", "QuantizedDTypePolicy"})


class Packing(StrEnum):
    """How a release stores int4 weights."""

    NONE = "does not support int4"
    BY_INPUTS = "pairs the inputs of a kernel"
    BY_UNITS = "pairs the units of a kernel"


def packing_of(version: Version, class_name: str = "Dense") -> Packing:
    """How a release of Keras 3 stores the int4 weights of a layer."""
    if version < _SINCE.get(class_name, _SINCE_OTHERS):
        return Packing.NONE
    return Packing.BY_INPUTS if version < _BY_UNITS else Packing.BY_UNITS


def is_int4(entry: Config) -> bool:
    """Whether an object is a policy for int4 weights."""
    mode = str(inside(entry).get("mode"))
    return entry.get("class_name") in _POLICIES and mode.partition("/")[0] == "int4"


def has_int4(model: Config) -> bool:
    """Whether a layer of the model keeps int4 weights."""
    return any(is_int4(entry) for entry in walk(model))


def unpacked(packed: Array, count: int, axis: int) -> Array | None:
    """The weights of bytes that hold two along an axis, the earlier one in the lower half.

    Args:
        packed: int8.
        count: of weights along the axis; an odd one leaves half a byte.
        axis: counted from the front or from the back.

    Returns:
        int8 from -8 to 7; None where as many weights are not in there.
    """
    if packed.dtype != np.int8 or packed.ndim < 2 or packed.shape[axis] != (count + 1) // 2:
        return None
    bytes_ = np.moveaxis(packed, axis, 0)
    halves = np.stack([np.left_shift(bytes_, 4) >> 4, bytes_ >> 4], axis=1)  # both shifts keep the sign
    found: Array = np.moveaxis(halves.reshape(2 * len(bytes_), *bytes_.shape[1:])[:count], 0, axis)
    return np.ascontiguousarray(found)
