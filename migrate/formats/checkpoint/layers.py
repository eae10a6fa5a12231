"""From a checkpoint's variables to the layers of an architecture.

Keras trackables of TF 1.13 to 2.15 hang their layers on the model as ``layer-3`` and
``layer_with_weights-1``, numbered in the order of ``model.layers`` (``_layer_checkpoint_dependencies`` in
``keras/engine/functional.py``); a Sequential leaves its ``InputLayer`` out. Below a layer, attribute names
lead to its variables. Name-based checkpoints (TF1 ``Saver``) know variables by graph name only:
``dense/kernel``.

Nothing is matched by bare position: numbers index the architecture, and every variable must be claimed once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.artifact import LayerWeights, SavedArray
from migrate.formats.checkpoint.dtypes import numpy_dtype
from migrate.formats.hdf5_access import placeholder
from migrate.formats.layer_config import layer_name, layers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.formats.checkpoint.bundle import Bundle
    from migrate.formats.checkpoint.objects import ObjectGraph

VALUE, TABLE = "VARIABLE_VALUE", "table"
_STATES = re.compile(r"/keras_api/states/\d+/")
_METRICS = ("keras_api/metrics/", "loss_tracker/", "compiled_metrics/")
_LAYER = re.compile(r"layer-(\d+)$")
_RANDOM_STATE = "_state_var"
"""Attribute of ``tf.random.Generator``, of which random layers have one from TF 2.6 on."""
_NO_WEIGHTS = frozenset({"keras_api", "optimizer", "signatures", "save_counter", "loss_tracker"})
NAMED_SLOT = re.compile(
    r"/(Adam|Adam_1|Momentum|RMSProp|RMSProp_1|Adagrad|Adadelta|Adadelta_1|Ftrl|Ftrl_1|Nadam|m|v|vhat|momentum|rms|mg"
    r"|accumulator|accum_grad|accum_var|linear|ExponentialMovingAverage)$"
)
"""How TF1 names the slots of a variable: after it."""
_HINT = "Pass the architecture that wrote this checkpoint: layer names, order and shapes must match."


@dataclass(slots=True)
class LayerAssignment:
    """What a checkpoint holds, by layer.

    Attributes:
        weights: per layer of the architecture.
        optimizer: slots and counters, named by their keys.
        metrics: state of metrics, named by their keys.
        tables: layer path + table path → ``keys`` and ``values`` of a mutable lookup table, empty without values.
        states: keys of the states of stateful RNNs and of random generators, which a new process resets anyway.
        unmatched: keys of variables that no layer owns.
        groups: object path of each layer, for checks against other descriptions.
        names: key of each weight to the name that it is given, in the order of the layers.
    """

    weights: list[LayerWeights] = field(default_factory=list)
    optimizer: list[SavedArray] = field(default_factory=list)
    metrics: list[SavedArray] = field(default_factory=list)
    tables: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    groups: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def stored_array(bundle: Bundle, key: str, name: str, *, values: bool) -> SavedArray:
    """One tensor under the name it shall have; without values only its shape and dtype.

    Raises:
        MigrationError: see ``Bundle``.
    """
    entry = bundle.entries[key]
    stored_dtype = entry.dtype if entry.dtype == "bfloat16" else ""
    if values:
        return SavedArray(name, bundle[key], stored_dtype)
    dtype = numpy_dtype("float32" if stored_dtype else entry.dtype)
    import numpy as np

    return SavedArray(name, placeholder(entry.shape, dtype or np.dtype(object)), stored_dtype)


def assign_by_objects(
    bundle: Bundle, graph: ObjectGraph, architecture: dict[str, Any], *, values: bool = True
) -> LayerAssignment:
    """Give the variables of an object-based checkpoint to the layers of an architecture.

    Raises:
        MigrationError: WGT006 when the objects do not fit the architecture.
    """
    walk = _Walk(bundle, graph, values)
    root = _model_root(graph)
    if root is None:
        raise MigrationError(
            "WGT006", "no object in this checkpoint has the layers of a model", _HINT, bundle.place
        )
    _assign_model(walk, architecture, root, ())
    slot_keys = {slot.key for slot in graph.slots()}
    for variable in graph.variables():
        if variable.key in walk.claimed or variable.key not in bundle.entries or variable.attribute != VALUE:
            continue
        if (
            variable.key in slot_keys
            or "optimizer" in variable.key.split("/")
            or ".OPTIMIZER_SLOT" in variable.key
        ):
            walk.result.optimizer.append(stored_array(bundle, variable.key, variable.key, values=values))
        elif _STATES.search(variable.key):
            walk.result.states.append(variable.key)
        elif variable.key.startswith(_METRICS):
            walk.result.metrics.append(stored_array(bundle, variable.key, variable.key, values=values))
        else:
            walk.result.unmatched.append(variable.key)
        walk.claimed.add(variable.key)
    return walk.result


def assign_by_names(bundle: Bundle, architecture: dict[str, Any], *, values: bool = True) -> LayerAssignment:
    """Give the variables of a name-based checkpoint to the layers whose name begins theirs.

    Raises:
        MigrationError: WGT006 when two layers of the architecture have one name.
    """
    result = LayerAssignment()
    paths: dict[str, tuple[str, ...]] = {}
    for path in _layer_paths(architecture, ()):
        if path[-1] in paths:
            raise MigrationError("WGT006", f"two layers have the name {path[-1]!r}", _HINT, bundle.place)
        paths[path[-1]] = path
    layers = {path: LayerWeights(path) for path in paths.values()}
    for key in bundle:
        slot = NAMED_SLOT.search(key)
        owner = _owner(key, paths)
        if (slot and key[: slot.start()] in bundle.entries) or key in _COUNTERS:
            result.optimizer.append(stored_array(bundle, key, key, values=values))
        elif owner is None:
            result.unmatched.append(key)
        else:
            name = f"{key}:0"
            layers[owner].arrays.append(stored_array(bundle, key, name, values=values))
    result.weights = [layer for layer in layers.values() if layer.arrays]
    return result


_COUNTERS = frozenset({"beta1_power", "beta2_power", "global_step", "iter", "training/Adam/iter"})


def _owner(key: str, paths: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The layer whose name is the longest chain of components of a variable's name."""
    parts = key.split("/")[:-1]
    for size in range(len(parts), 0, -1):
        for start in range(len(parts) - size, -1, -1):
            found = paths.get("/".join(parts[start : start + size]))
            if found is not None:
                return found
    return None


def _layer_paths(model: dict[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for layer in layers_of(model) or []:
        path = (*prefix, layer_name(layer))
        if layers_of(layer) is None:
            yield path
        else:
            yield from _layer_paths(layer, path)


class _Walk:
    """State of one assignment."""

    def __init__(self, bundle: Bundle, graph: ObjectGraph, values: bool) -> None:
        self.bundle, self.graph, self.values = bundle, graph, values
        self.claimed: set[str] = set()
        self.first: dict[int, tuple[str, ...]] = {}
        self.result = LayerAssignment()


def _model_root(graph: ObjectGraph) -> int | None:
    """The object that has layers: the root of ``save_weights`` and SavedModels, or
    ``Checkpoint(model=…)``'s."""
    order = sorted(graph.paths, key=lambda n: (len(graph.paths[n]), graph.paths[n][-1:] != ("model",), n))
    return next((n for n in order if len(graph.paths[n]) <= 2 and _layer_nodes(graph, n)), None)


def _layer_nodes(graph: ObjectGraph, number: int) -> dict[int, int]:
    """Index in ``model.layers`` → object number."""
    children = graph.nodes[number].children
    return {int(m[1]): child for name, child in children.items() if (m := _LAYER.match(name))}


def _assign_model(walk: _Walk, model: dict[str, Any], number: int, path: tuple[str, ...]) -> None:
    layers = layers_of(model) or []
    nodes = _layer_nodes(walk.graph, number)
    count = max(nodes, default=-1) + 1
    if count == len(layers) - 1 and layers and layers[0].get("class_name") == "InputLayer":
        layers = layers[1:]
    elif count == len(layers) + 1 and 0 in nodes and not walk.graph.has_values(nodes[0]):
        # Up to TF 2.1 the InputLayer of a Sequential is an object and stands in no configuration.
        nodes = {index - 1: child for index, child in nodes.items() if index}
        count -= 1
    if count != len(layers):
        raise MigrationError(
            "WGT006",
            f"{'/'.join(path) or 'the model'} has {count} layers in the checkpoint, {len(layers)} in its architecture",
            _HINT,
            walk.bundle.place,
        )
    for index, layer in enumerate(layers):
        if index in nodes:
            _assign_layer(walk, layer, nodes[index], (*path, layer_name(layer)))


def _assign_layer(walk: _Walk, layer: dict[str, Any], number: int, path: tuple[str, ...]) -> None:
    if number in walk.first:
        _share(walk, walk.first[number], path)
        return
    walk.first[number] = path
    walk.result.groups[path] = walk.graph.paths.get(number, ())
    if layers_of(layer) is not None and _layer_nodes(walk.graph, number):
        _assign_model(walk, layer, number, path)
        return
    inner, inner_number = _wrapped_model(walk.graph, layer, number)
    if inner is not None:
        _assign_model(walk, inner, inner_number, path)
    arrays = []
    for relative, node_number in _below(walk.graph, number):
        for attribute, (key, full_name) in walk.graph.nodes[node_number].attributes.items():
            if attribute == TABLE:
                _take_table(walk, key, "/".join((*path, *relative)))
            if key in walk.claimed or key not in walk.bundle.entries:
                continue
            walk.claimed.add(key)
            if relative[-1:] == (_RANDOM_STATE,):
                walk.result.states.append(key)
            elif attribute == VALUE:
                name = f"{full_name}:0" if full_name else "/".join(relative)
                walk.result.names[key] = name
                arrays.append(stored_array(walk.bundle, key, name, values=walk.values))
    if arrays or inner is None:
        walk.result.weights.append(LayerWeights(path, arrays))


def _take_table(walk: _Walk, key: str, path: str) -> None:
    """A mutable table is stored as two tensors beside its key; counting tables of ``adapt`` are empty afterwards."""
    stored = {part: f"{key}-{part}" for part in ("keys", "values")}
    if not all(name in walk.bundle.entries for name in stored.values()):
        return
    walk.claimed.update(stored.values())
    if walk.values:
        contents = {part: _plain_list(walk.bundle[name].ravel().tolist()) for part, name in stored.items()}
        if contents["keys"]:
            walk.result.tables[path] = contents
    else:
        walk.result.tables[path] = {}


def _share(walk: _Walk, first: tuple[str, ...], path: tuple[str, ...]) -> None:
    """A layer that is the same object as one before has the same arrays."""
    for stored in [w for w in walk.result.weights if w.layer[: len(first)] == first]:
        walk.result.weights.append(LayerWeights((*path, *stored.layer[len(first) :]), list(stored.arrays)))


def _wrapped_model(
    graph: ObjectGraph, layer: dict[str, Any], number: int
) -> tuple[dict[str, Any] | None, int]:
    config = layer.get("config")
    inner = config.get("layer") if isinstance(config, dict) else None
    child = graph.nodes[number].children.get("layer")
    if isinstance(inner, dict) and child is not None and 0 <= child < len(graph.nodes):
        if layers_of(inner) is not None and _layer_nodes(graph, child):
            return inner, child
        return _wrapped_model(graph, inner, child)
    return None, number


def _below(graph: ObjectGraph, number: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Objects below a layer, breadth first, by attribute path; Keras' own bookkeeping left out."""
    seen = {number}
    todo: list[tuple[tuple[str, ...], int]] = [((), number)]
    while todo:
        level: list[tuple[tuple[str, ...], int]] = []
        for path, node in todo:
            yield path, node
            for name, child in graph.nodes[node].children.items():
                if child not in seen and name not in _NO_WEIGHTS and 0 <= child < len(graph.nodes):
                    seen.add(child)
                    level.append(((*path, name), child))
        todo = level


def _plain_list(values: list[Any]) -> list[Any]:
    return [v.decode("utf-8", "surrogateescape") if isinstance(v, bytes) else v for v in values]
