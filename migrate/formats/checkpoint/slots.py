"""The optimizer's arrays of an object-based checkpoint under the names that HDF5 files give them.

Optimizers up to 2.10 keep their slots beside the variables (``dense/kernel/.OPTIMIZER_SLOT/optimizer/m``), with the
graph telling which variable each belongs to; HDF5 calls that slot ``Adam/dense/kernel/m``. Those from 2.11 on own
variables that are called ``Adam/m/dense/kernel`` (``optimizer_v2.py`` and ``optimizer.py`` of tf_keras).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from migrate.formats.checkpoint.layers import stored_array

if TYPE_CHECKING:
    from migrate.formats.artifact import SavedArray
    from migrate.formats.checkpoint.bundle import Bundle
    from migrate.formats.checkpoint.objects import ObjectGraph

_PREFIX = "optimizer"
_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


def optimizer_arrays(
    bundle: Bundle, graph: ObjectGraph, names: Mapping[str, str], keys: Sequence[str], *, values: bool = True
) -> list[SavedArray]:
    """Counters and slots, the slots of each kind in the order of their variables.

    Args:
        bundle: the tensors.
        graph: its objects.
        names: key of each weight to its name, in the model's order.
        keys: of the tensors that belong to the optimizer.
        values: False for shapes and dtypes alone.
    """
    order = {key: position for position, key in enumerate(names)}
    slots = {slot.key: slot for slot in graph.slots()}
    full_names = {variable.key: variable.full_name for variable in graph.variables()}
    kinds = list(dict.fromkeys(slot.name for slot in slots.values()))
    named: list[tuple[tuple[int, int], str, str]] = []
    for position, key in enumerate(keys):
        slot = slots.get(key)
        if slot is None:
            named.append(((-1, position), key, full_names.get(key) or key.removesuffix(_SUFFIX)))
            continue
        variable = names.get(slot.variable, slot.variable.removesuffix(_SUFFIX)).removesuffix(":0")
        rank = (kinds.index(slot.name), order.get(slot.variable, len(order)))
        named.append((rank, key, f"{_PREFIX}/{variable}/{slot.name}"))
    return [stored_array(bundle, key, f"{name}:0", values=values) for _, key, name in sorted(named)]
