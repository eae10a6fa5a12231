"""Inner layers of a nested model that another session numbered differently: ``conv2d_4`` for ``conv2d``.

Names of such layers show only their class, and the same name may be that of another layer in the model:
``conv2d_1`` of the file is the first convolution, ``conv2d_1`` of the architecture the second. Keras loaded by order
(``load_weights_from_hdf5_group`` of ``keras/src/saving/legacy/hdf5_format.py`` in 2.15).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from migrate.formats.artifact import SavedArray

Path = tuple[str, ...]
_COUNTER = re.compile(r"_\d+$")
_ATTRIBUTES = re.compile(r"(?:^|/)vars/\d+$")


@dataclass(frozen=True, slots=True)
class Slot:
    """One variable that the architecture expects.

    Attributes:
        path: names and attributes down to the layer that owns it.
        owners: names of the layers of nested models on the path, the innermost last.
        attributes: attributes of wrappers on the path below the last owner.
        archived: the same steps as named in archives: an element of a list is named after its class.
        role: the role in its layer.
        number: position among the layer's own variables.
    """

    path: Path
    owners: Path
    attributes: Path
    archived: Path
    role: str
    number: int


def recounted(slots: Sequence[Slot], arrays: list[SavedArray]) -> list[SavedArray]:
    """The arrays under the names of the architecture's inner layers, if the file's differ only by counters.

    For each class, the file's layers, in the order of their first arrays, are the architecture's in its order. The list
    is the same object if the names agree, or differ by more; archives name attributes, not layers.
    """
    return _in_order(
        list(dict.fromkeys(slot.owners[-1] for slot in slots if slot.owners)), arrays, innermost=True
    )


def recounted_own(names: Iterable[str], arrays: list[SavedArray]) -> list[SavedArray]:
    """The same for the author's layers in a nested model, whose own layers' names follow in those of the arrays."""
    return _in_order(list(names), arrays, innermost=False)


def _in_order(wanted: Sequence[str], arrays: list[SavedArray], *, innermost: bool) -> list[SavedArray]:
    kinds = {_COUNTER.sub("", name) for name in wanted}
    places = [_place(array.name, kinds, innermost=innermost) for array in arrays]
    found = list(dict.fromkeys(name for _, name in places if name))
    if set(found) == set(wanted) or not wanted or any(_ATTRIBUTES.search(a.name) for a in arrays):
        return arrays
    ours, theirs = _by_kind(wanted), _by_kind(found)
    if {kind: len(names) for kind, names in ours.items()} != {kind: len(n) for kind, n in theirs.items()}:
        return arrays
    new = {old: name for kind in ours for old, name in zip(theirs[kind], ours[kind], strict=True)}
    return [
        replace(array, name="/".join([*parts[:at], new[name], *parts[at + 1 :]])) if name else array
        for array, (at, name) in zip(arrays, places, strict=True)
        for parts in [array.name.split("/")]
    ]


def _place(name: str, kinds: set[str], *, innermost: bool) -> tuple[int, str]:
    """Which part of an array's name is that of its layer, and the part; empty if none is."""
    parts = name.split("/")
    steps = range(len(parts) - 1)
    order = reversed(steps) if innermost else steps
    at = next((n for n in order if _COUNTER.sub("", parts[n]) in kinds), -1)
    return at, parts[at] if at >= 0 else ""


def _by_kind(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[_COUNTER.sub("", name)].append(name)
    return found
