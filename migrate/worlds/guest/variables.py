"""Find the variables of a live layer by role: the same code for tf-keras and Keras 3 objects.

No framework is imported: layers are looked at by their attributes. A role is the path of attributes below the
layer that ends in the variable's name; attributes that only one implementation has (the cell of a built-in
RNN, the dense layers inside an attention) are left out, so that both worlds give the same roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from migrate.capsule.model import Array, Layer, Model
from migrate.findings import MigrationError
from migrate.formats.layer_config import to_snake_case
from migrate.worlds.guest.framework_types import LiveLayer, Variable
from migrate.worlds.guest.runner import flatten

_RANDOM_STATE = ("seed_generator", "random_generator", "rng_state", "StateVar")
_CELL_OWNERS = {"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
_BOOKKEEPING = {"_layers", "_self_tracked_trackables", "_metrics", "_obj_reference_counts_dict", "_tracker"}
"""Attributes under which the frameworks list sublayers a second time."""
_ATTENTION_PART = re.compile(r"_(query|key|value|output)_dense")


def assign_model(live: LiveLayer, model: Model) -> None:
    """Set every variable of a live model from the records; each array and variable exactly once.

    Args:
        live: a built ``tf_keras`` or ``keras`` model with the layers' names of ``model``.
        model: the records with weights.

    Raises:
        MigrationError: ``WGT012`` (missing or surplus weights) or ``WGT013`` (shapes differ), with the layer's path.
    """
    for record in model.layers:
        if record.class_name in ("Op", "InputLayer"):
            continue
        assign_layer(live.get_layer(record.name), record, record.name)


def collect_model(live: LiveLayer, model: Model, path: str = "") -> dict[str, Array]:
    """Every variable of a live model under ``path|role``: what :func:`assign_model` sets."""
    found: dict[str, Array] = {}
    for record in model.layers:
        if record.class_name not in ("Op", "InputLayer"):
            found |= _collect_layer(live.get_layer(record.name), record, f"{path}{record.name}")
    return found


def _collect_layer(live: LiveLayer, record: Layer, path: str) -> dict[str, Array]:
    if record.model is not None:
        return collect_model(live, record.model, f"{path}/")
    found: dict[str, Array] = {}
    for attribute, child in record.children.items():
        found |= _collect_layer(child_of(live, attribute), child, f"{path}/{attribute}")
    wrapped = {id(v) for a in record.children for v in child_of(live, a).weights}
    own = own_variables(live) if record.children else roles_of(live)
    return found | {f"{path}|{role}": as_array(v) for role, v in own if id(v) not in wrapped}


def assign_layer(live: LiveLayer, record: Layer, path: str) -> None:
    """Set the variables of one live layer and of all it wraps."""
    if record.model is not None:
        assign_model(live, record.model)
        return
    if record.children:
        own = dict(own_variables(live))
        for attribute, child in record.children.items():
            assign_layer(child_of(live, attribute), child, f"{path}/{attribute}")
        # A wrapper's own variables (the u vector of a spectral normalisation), not those it wraps.
        wrapped = {id(v) for a in record.children for v in child_of(live, a).weights}
        variables = {role: v for role, v in own.items() if id(v) not in wrapped}
    else:
        variables = variables_for(live, record)
    missing = variables.keys() - record.weights.keys()
    surplus = record.weights.keys() - variables.keys()
    if missing or surplus:
        raise MigrationError(
            "WGT012",
            f"layer {path} needs the weights {sorted(variables) or 'none'}, "
            f"the file has {sorted(record.weights) or 'none'}",
            "This is a gap in the rules for this class; please report the model.",
            place=path,
        )
    for role, variable in variables.items():
        assign_variable(variable, record.weights[role], f"{path}/{role}")
    if hasattr(live, "finalize_state"):
        live.finalize_state()


def variables_for(live: LiveLayer, record: Layer) -> dict[str, Variable]:
    """The live layer's variables under the names that the record uses.

    Files name the variables of a user's class in one of three ways: by attribute path, by number
    (``dense/vars/0`` of archives), by the names of sublayers (HDF5). HDF5 was written and read by order, and where its
    names say nothing (``dense_7`` of a session that counted), order and shapes decide as they did for Keras.
    """
    wanted = record.weights.keys()
    by_attribute = dict(roles_of(live))
    if by_attribute.keys() == wanted:
        return by_attribute
    for names in (archived_roles, _named_roles):
        found = dict(names(live))
        if found.keys() == wanted:
            return found
    ordered = _in_order(live)
    shapes = [tuple(array.shape) for array in record.weights.values()]
    if shapes and [tuple(variable.shape) for variable in ordered] == shapes:
        return dict(zip(record.weights, ordered, strict=True))
    return by_attribute


def _in_order(live: LiveLayer) -> list[Variable]:
    """Variables in the order of HDF5 files: trainable ones of the layer and all below it, then the others.

    Source: ``_legacy_weights`` of ``keras/src/saving/legacy/hdf5_format.py`` in 2.15.
    """
    known = [variable for _, variable in roles_of(live)]
    trainable = [variable for variable in known if getattr(variable, "trainable", True)]
    return [*trainable, *(variable for variable in known if not getattr(variable, "trainable", True))]


def archived_roles(live: LiveLayer, prefix: str = "") -> Iterator[tuple[str, Variable]]:
    """Variables as archives of 2.12 to 2.15 name them: attributes, elements of lists by class, numbers.

    Source: ``_save_state`` and ``_save_container_state`` of ``keras/src/saving/saving_lib.py`` in 2.15.
    """
    for number, (_, variable) in enumerate(own_variables(live)):
        yield f"{prefix}vars/{number}", variable
    for step, child in _archived_steps(live):
        yield from archived_roles(child, f"{prefix}{step}/")


def _archived_steps(live: LiveLayer) -> Iterator[tuple[str, LiveLayer]]:
    if type(live).__name__ in ("Sequential", "Functional"):
        yield from _elements("layers", [la for la in live.layers if type(la).__name__ != "InputLayer"])
        return
    for attribute, value in vars(live).items():
        if attribute in _BOOKKEEPING or attribute.startswith("_self_"):
            continue
        if is_layer(value) and value is not live:
            yield attribute, value
        elif not hasattr(value, "get_config"):
            found = [item for _, item in _items(value) if is_layer(item) and item is not live]
            yield from _elements(attribute, found)


def _elements(container: str, items: Sequence[LiveLayer]) -> Iterator[tuple[str, LiveLayer]]:
    counts: dict[str, int] = {}
    for item in items:
        name = to_snake_case(type(item).__name__)
        number = counts.get(name, 0)
        counts[name] = number + 1
        yield f"{container}/{name}_{number}" if number else f"{container}/{name}", item


def _named_roles(live: LiveLayer, prefix: str = "") -> Iterator[tuple[str, Variable]]:
    for name, variable in own_variables(live):
        yield prefix + name, variable
    for _, child in _sublayers(live):
        yield from _named_roles(child, f"{prefix}{child.name}/")


def assign_variable(variable: Variable, array: Array, place: str) -> None:
    """Set one variable; the shapes must be equal."""
    shape = tuple(variable.shape)
    if shape != tuple(array.shape):
        raise MigrationError(
            "WGT013",
            f"{place} has the shape {list(array.shape)} in the file, the layer needs {list(shape)}",
            "Check that the architecture belongs to these weights.",
            place=place,
        )
    variable.assign(array)


def roles_of(live: LiveLayer) -> Iterator[tuple[str, Variable]]:
    """Every weight of a live layer that a file holds, with its role: random state and RNN states excluded."""
    seen: set[int] = set()
    yield from _walk(live, "", seen)


def own_variables(live: LiveLayer) -> Iterator[tuple[str, Variable]]:
    """Variables that the layer itself created, by name, without sublayers'."""
    trainable = list(
        getattr(live, "_trainable_weights", None) or getattr(live, "_trainable_variables", ()) or ()
    )
    others = list(
        getattr(live, "_non_trainable_weights", None) or getattr(live, "_non_trainable_variables", ()) or ()
    )
    for variable in [*trainable, *others]:
        name = variable.name.rsplit(":", 1)[0].rsplit("/", 1)[-1]
        path = getattr(variable, "path", variable.name)
        if any(mark in path for mark in _RANDOM_STATE) or _is_rnn_state(live, variable):
            continue
        yield re.sub(r"(?<=[a-z])_\d+$", "", name) if name not in ("vector_u",) else name, variable


def child_of(live: LiveLayer, attribute: str) -> Any:
    """The wrapped layer behind an attribute path such as ``cells/0``."""
    found: Any = live
    for step in attribute.split("/"):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    return found


def _walk(live: LiveLayer, prefix: str, seen: set[int]) -> Iterator[tuple[str, Variable]]:
    for name, variable in own_variables(live):
        if id(variable) not in seen:
            seen.add(id(variable))
            yield prefix + name, variable
    for step, child in children_of(live):
        yield from _walk(child, prefix + step, seen)


def children_of(live: LiveLayer) -> Iterator[tuple[str, LiveLayer]]:
    """Direct sublayers of a live layer, each under the step of a role that leads to it: empty, or ending in a slash."""
    for attribute, child in _sublayers(live):
        yield _step(live, attribute), child


def _step(live: LiveLayer, attribute: str) -> str:
    if attribute == "cell" and type(live).__name__ in _CELL_OWNERS:
        return ""
    part = _ATTENTION_PART.fullmatch(attribute)
    return f"{part.group(1) if part else attribute}/"


def _sublayers(live: LiveLayer) -> Iterator[tuple[str, LiveLayer]]:
    """Direct sublayers with the attribute that holds them; lists and dicts become ``attribute/key``."""
    direct = getattr(live, "_flatten_layers", None)
    if direct is None:
        return
    for attribute, value in vars(live).items():
        if attribute in _BOOKKEEPING or attribute.startswith("_self_"):
            continue
        for key, item in _items(value):
            if is_layer(item) and item is not live:
                yield f"{attribute}{key}", item


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple) or type(value).__name__ in (
        "ListWrapper",
        "TrackedList",
        "_TupleWrapper",
    ):
        if not isinstance(value, str):
            for index, item in enumerate(value):
                yield f"/{index}", item
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield f"/{key}", item
    else:
        yield "", value


def is_layer(value: object) -> TypeGuard[LiveLayer]:
    """Whether a value is a layer or model of either Keras."""
    return hasattr(value, "_flatten_layers") and hasattr(value, "weights") and hasattr(value, "get_config")


def _is_rnn_state(live: LiveLayer, variable: Variable) -> bool:
    states = getattr(live, "states", None)
    flat = states if isinstance(states, list | tuple) else []
    return id(variable) in map(id, flatten(flat))


def as_array(variable: Variable) -> Array:
    """The value of a variable as a plain array."""
    return np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
