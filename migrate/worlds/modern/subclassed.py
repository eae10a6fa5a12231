"""Models of the user's own class: built from the class, weights set by the attributes that hold them.

A subclassed model has no graph of layers, so nothing but its class can build it. The object graph of the SavedModel
names every variable by the attributes that lead to it (``encoder/layer_with_weights-0/kernel``), and so does the live
model; what the attributes do not lead to is matched by the variable's own name and shape, never by position.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeGuard, TypeVar

import keras
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.capsule.store import load_arrays
from migrate.findings import MigrationError
from migrate.formats.vocabulary import tokens_of_table
from migrate.printable import one_line
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.contracts.modern import BuildSubclassed, How, PredictSubclassed
from migrate.worlds.contracts.own_code import ObjectNode, SubclassedRoot
from migrate.worlds.guest.custom import load_custom_objects
from migrate.worlds.guest.framework_types import LiveModel, Nested, Tensor, UserObject, Variable
from migrate.worlds.guest.runner import run_cases
from migrate.worlds.guest.variables import is_layer

Made = TypeVar("Made")
_LAYER = re.compile(r"layer(?:_with_weights)?-(\d+)$")
_LISTS = frozenset({"_self_tracked_trackables", "_layers", "_flattened_layers"})
"""Attributes under which Keras lists the layers of a model a second time."""
_RANDOM = frozenset({"_random_generator", "_generator", "_state_var", "seed_generator", "_rng"})
"""Attributes that lead to the state of random numbers, which Keras 3 keeps otherwise."""
_TABLES = re.compile(r"(?:^|/)(?:lookup_table|_table)$")
_GONE = frozenset({"count"})
"""Variables of Keras 2 layers that Keras 3 does without: how many values ``Normalization`` has seen."""
_FREE = 3
"""Size that stands for a free dimension while the model is built."""


def build(asked: BuildSubclassed) -> tuple[LiveModel, How, dict[str, Variable]]:
    """A live model of the class, with its weights; how it is called; and its variables by their objects' numbers.

    Raises:
        MigrationError: ``CFG005`` without the class, ``EXP025`` when it cannot be made or called,
            ``WGT012`` and ``WGT013`` when its variables are not those of the file.
    """
    root = asked.root
    objects = load_custom_objects(asked.custom_objects)
    positions = {entry.name: number for number, entry in enumerate(asked.inputs)}
    arrangement = _with_positions(root.arguments, positions)
    with keras.saving.custom_object_scope(objects):
        model = _make(root, objects)
        _restore_tables(model, root.tables)
        tensors = [tf.zeros(_sizes(entry.shape), entry.dtype) for entry in asked.inputs]
        result = _explained(root, "called", lambda: call(model, arrangement, tensors))
    variables = _assign(model, root, load_arrays(root.file))
    order = output_order(result, asked.outputs)
    parameters = int(sum(math.prod(size or 0 for size in w.shape) for w in model.weights))
    keys = sorted(result) if isinstance(result, Mapping) else None
    return model, How(arrangement, order, keys, parameters), variables


def _make(root: SubclassedRoot, objects: Mapping[str, UserObject]) -> LiveModel:
    name = root.class_name
    cls: UserObject | None = objects.get(name.rpartition(">")[2]) or keras.saving.get_registered_object(name)
    if cls is None:
        raise MigrationError(
            "CFG005",
            f"the model is a {name}, which the given files do not define",
            f"Pass a file that defines {', '.join(root.classes)} with --custom-objects FILE.py.",
        )
    model: LiveModel
    if root.config is None:
        model = _explained(root, "created without arguments (the file contains no configuration for it)", cls)
    else:
        config = dict(root.config)
        model = _explained(root, "created from its configuration", lambda: cls.from_config(config))
    return model


def _explained(root: SubclassedRoot, what: str, action: Callable[[], Made]) -> Made:
    """Run the user's code; what it raises is a refusal that names the class."""
    try:
        return action()
    except MigrationError:
        raise
    except Exception as error:
        words = one_line(error, 300)
        raise MigrationError(
            "EXP025",
            f"{root.class_name} cannot be {what} under Keras 3: {type(error).__name__}: {words}",
            "Make the class run under Keras 3 (keras-migrate code rewrites it); arguments that the file does not "
            "store need defaults.",
        ) from error


def call(model: LiveModel, arrangement: object, tensors: Sequence[Tensor]) -> Nested:
    """One forward pass at inference time."""
    return model(arranged(arrangement, tensors), training=False)


def arranged(arrangement: object, tensors: Sequence[Tensor]) -> object:
    """Flat tensors in the structure that the model takes; see `How`."""
    if isinstance(arrangement, Mapping):
        return {key: arranged(part, tensors) for key, part in arrangement.items()}
    if isinstance(arrangement, list):
        return [arranged(part, tensors) for part in arrangement]
    return tensors[arrangement] if isinstance(arrangement, int) else None


def _with_positions(arguments: object, positions: Mapping[str, int]) -> object:
    if isinstance(arguments, Mapping):
        return {key: _with_positions(part, positions) for key, part in arguments.items()}
    if isinstance(arguments, list):
        return [_with_positions(part, positions) for part in arguments]
    return positions[arguments] if isinstance(arguments, str) else None


def _sizes(shape: Sequence[int | None] | None) -> list[int]:
    return [_FREE if size is None else size for size in shape or [None]]


def output_order(result: Nested, names: Sequence[str]) -> list[int]:
    """For each flat output of the model the position of its key in the signature.

    Raises:
        MigrationError: ``EXP026`` when the signature answers other things than the model does.
    """
    flat = keras.tree.flatten(result)
    if isinstance(result, Mapping) and set(result) == set(names):
        return [names.index(key) for key in sorted(result)]
    numbered = sorted(names, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
    if len(flat) != len(names):
        raise MigrationError(
            "EXP026",
            f"the class returns {len(flat)} outputs, serving_default has {list(names)}",
            "The signature computes more than the model; the exported SavedModel keeps it.",
        )
    return [names.index(name) for name in numbered]


def predict(model: LiveModel, asked: PredictSubclassed, scratch: Path) -> ArraysFile:
    """Outputs in the signature's order for every case."""

    def run(arrays: list[Array], /, *, fresh: bool = True) -> list[Tensor]:
        tensors = [tf.convert_to_tensor(a, dtype=d) for a, d in zip(arrays, asked.dtypes, strict=True)]
        flat = keras.tree.flatten(call(model, asked.how.arrangement, tensors))
        return [flat[asked.how.order.index(position)] for position in range(len(flat))]

    return run_cases(run, asked, scratch)


def _assign(model: LiveModel, root: SubclassedRoot, arrays: Mapping[str, Array]) -> dict[str, Variable]:
    """Set every weight once, by attributes, then by name and shape; the variable of each object number.

    Raises:
        MigrationError: ``WGT012`` with what is left over on either side, ``WGT013`` when shapes differ.
    """
    pairs, unclaimed = match(model, root.nodes)
    wanted = {id(v): v for v in model.weights if not _is_random(v)}
    for path, variable, number in pairs:
        _set(variable, arrays[number], path)
        wanted.pop(id(variable), None)
    found = {number: variable for _, variable, number in pairs}
    by_name = {(v.path, tuple(v.shape)): v for v in wanted.values()}
    left: list[str] = []
    for path, number in unclaimed.items():
        same = by_name.get((root.nodes[number].name, tuple(arrays[number].shape)))
        if same is None:
            left.append(path)
        elif id(same) in wanted:
            _set(same, arrays[number], path)
            found[number] = same
            del wanted[id(same)]
    left = [path for path in left if path.rpartition("/")[2] not in _GONE]
    if left or wanted:
        raise MigrationError(
            "WGT012",
            f"the class has the weights {sorted(v.path for v in wanted.values()) or 'none'} that the file lacks, the "
            f"file has {sorted(left) or 'none'} that the class lacks",
            "Keep the attribute names of the class that wrote the file; --custom-objects must define that class.",
        )
    for layer in model._flatten_layers():
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    return found


def _set(variable: Variable, array: Array, path: str) -> None:
    if tuple(variable.shape) != tuple(array.shape):
        raise MigrationError(
            "WGT013",
            f"{path} has the shape {list(array.shape)} in the file, the class creates {list(variable.shape)}",
            "Sizes that the file does not store must be defaults of the constructor.",
            place=path,
        )
    variable.assign(array)


def is_variable(live: object) -> TypeGuard[Variable]:
    """Whether a live object is one that takes a value."""
    return hasattr(live, "assign")


def _is_random(variable: Variable) -> bool:
    return "seed_generator" in variable.path


def match(
    model: LiveModel, nodes: Mapping[str, ObjectNode]
) -> tuple[list[tuple[str, Variable, str]], dict[str, str]]:
    """Variables of the live model with their path and object number; and those that no attribute leads to."""
    pairs: dict[str, tuple[str, Variable, str]] = {}
    missed: dict[str, str] = {}
    seen: set[tuple[int, str]] = set()
    todo: list[tuple[object, str, str]] = [(model, "0", "")]
    while todo:
        live, number, path = todo.pop()
        if (id(live), number) in seen:
            continue
        seen.add((id(live), number))
        node = nodes[number]
        if node.key:
            if is_variable(live):
                pairs[number] = (path, live, number)
            else:
                missed.setdefault(number, path)
        for attribute, child in node.children.items():
            if attribute not in _RANDOM:
                found = attribute_of(live, attribute)
                todo.append((found, str(child), f"{path}/{attribute}".lstrip("/")))
    return list(pairs.values()), {path: number for number, path in missed.items() if number not in pairs}


def attribute_of(live: object, attribute: str) -> object:
    """What stands behind a name of the object graph; None where the live object has nothing of that name."""
    if live is None:
        return None
    if attribute.isdigit() and isinstance(live, Sequence):
        return live[int(attribute)] if int(attribute) < len(live) else None
    if isinstance(live, Mapping):
        return live.get(attribute, next((v for k, v in live.items() if str(k) == attribute), None))
    numbered = _LAYER.match(attribute)
    if numbered and isinstance(live, keras.Model):
        layers = list(live.layers)
        return layers[int(numbered[1])] if int(numbered[1]) < len(layers) else None
    if attribute in _LISTS:
        return [layer for layer in getattr(live, "_layers", ()) if type(layer).__name__ != "InputLayer"]
    return next((v for name in (attribute, f"_{attribute}") if (v := _get(live, name)) is not None), None)


def _get(live: object, name: str) -> object:
    try:
        return getattr(live, name, None)
    except ValueError:  # properties of layers that are not built say so in this way
        return None


def _restore_tables(model: LiveModel, tables: Mapping[str, Mapping[str, object]]) -> None:
    """Give lookup layers the vocabulary that their table in the graph has."""
    for path, table in tables.items():
        if not _TABLES.search(path) or "keys" not in table:
            continue
        live: object = model
        for step in path.split("/")[:-1]:
            live = attribute_of(live, step)
        if is_layer(live) and hasattr(live, "set_vocabulary"):
            config = live.get_config()
            live.set_vocabulary(tokens_of_table(dict(table), type(live).__name__, config))
