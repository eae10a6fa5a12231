"""int4: two weights in each byte, which releases pair in different directions.

Source: ``Dense._int4_build`` of Keras 3.11 to 3.15. A kernel of (inputs, units) is stored as (⌈inputs/2⌉, units) up to
3.13 and as (inputs, ⌈units/2⌉) from 3.14 on, which by default also scales blocks of 128 and no longer quantizes what
goes in. Weights are copied as they are, so that such archives are refused where a reader needs the other packing.
"""

from __future__ import annotations

from enum import StrEnum

from packaging.version import Version

from migrate.dialects.keras3_minors.archives import Config, inside, walk

_SINCE, _BY_UNITS = Version("3.11.dev0"), Version("3.14.dev0")
_POLICIES = frozenset({"Int4DTypePolicy", "QuantizedDTypePolicy"})


class Packing(StrEnum):
    """How a release stores int4 weights."""

    NONE = "does not know int4"
    BY_INPUTS = "pairs the inputs of a kernel"
    BY_UNITS = "pairs the units of a kernel"


def packing_of(version: Version) -> Packing:
    """How a release of Keras 3 stores int4 weights."""
    if version < _SINCE:
        return Packing.NONE
    return Packing.BY_INPUTS if version < _BY_UNITS else Packing.BY_UNITS


def has_int4(model: Config) -> bool:
    """Whether a layer of the model keeps int4 weights."""
    return any(
        entry["class_name"] in _POLICIES and str(inside(entry).get("mode")).partition("/")[0] == "int4"
        for entry in walk(model)
    )
