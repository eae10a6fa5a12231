"""``TFOpLambda``, ``SlicingOpLambda`` and their kin (tf.keras 2.4 to 2.15) become calls of ``keras.ops``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Node, TensorRef
from migrate.dialects.keras3.operations.names import STATEFUL, canonical
from migrate.dialects.keras3.operations.table import FUNCTIONS
from migrate.dialects.keras3.operations.target import Target
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import MigrationError, Rule, Severity

ARRAY = "$array"
"""Marks a list of numbers that is a tensor: ``{"$array": [1.0, 2.0]}``; it takes the other operand's dtype."""


_COMPARISONS = {"__operators__.eq": "==", "__operators__.ne": "!="}


@layer_rule(
    Rule(
        "CFG060",
        "tensorflow-function",
        "A TensorFlow function was called on a Keras tensor.",
        Severity.ERROR,
        before='{"class_name": "TFOpLambda", "config": {"function": "math.reduce_mean"}, '
        '"inbound_nodes": [["x", 0, 0, {"axis": 1}]]}',
        after='{"class_name": "Op", "config": {"function": "keras.ops.mean"}, args: [x], kwargs: {"axis": 1}}',
        why="tf.keras 2.4 to 2.15 wrapped every such call in a TFOpLambda or SlicingOpLambda layer, which Keras 3 "
        "does not have: `Could not locate class 'TFOpLambda'`. The same operations exist in `keras.ops`, so the "
        "model stays native and runs on every backend.",
    ),
    Step.KERAS_3,
    "TFOpLambda",
    "SlicingOpLambda",
)
def tensorflow_function(layer: Layer, era: Era) -> Layer:
    """Name the ``keras.ops`` function, and its arguments as that function calls them.

    Raises:
        MigrationError: ``CFG061`` for a function without a counterpart, ``CFG063`` for operands that the file lacks.
    """
    name = canonical(str(layer.config.get("function", "")))
    target = target_of(name, layer.name)
    nodes = tuple(_node(name, target, node, layer.name) for node in layer.nodes)
    return op_layer(layer, target, nodes)


def op_layer(layer: Layer, target: Target, nodes: tuple[Node, ...]) -> Layer:
    """The record of a call of ``keras.ops``."""
    return replace(layer, class_name="Op", config={"function": target.function}, nodes=nodes)


def target_of(name: str, place: str) -> Target:
    """The counterpart of a TensorFlow function.

    Raises:
        MigrationError: ``CFG061``.
    """
    target = FUNCTIONS.get(name)
    if target is None:
        reason = STATEFUL.get(name)
        raise MigrationError(
            "CFG061",
            f"layer {place!r} calls tf.{name}, which {reason or 'has no known counterpart'}",
            "Replace the call in the source by a Keras layer, or keep the model as a SavedModel.",
            place=place,
        )
    return target


def bind(target: Target, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Node:
    """A call in the target's own spelling."""
    given = {key: value for key, value in kwargs.items() if key not in target.drop and key != "name"}
    named = {target.rename.get(key, key): value for key, value in given.items()}
    if target.function.startswith("keras."):
        # Absent and null are the same in TensorFlow; keras.ops has other defaults for some.
        named = {key: value for key, value in named.items() if value is not None}
    named = {**target.constants, **named}
    marked = {key: array_mark(value) if key in target.arrays else value for key, value in named.items()}
    first = tuple(array_mark(arg) if target.arrays and _is_numbers(arg) else arg for arg in args)
    return Node(first, marked)


def array_mark(value: Any) -> Any:
    """A list constant of numbers as an array; lists that hold tensors keep their form."""
    if _is_numbers(value):
        return {ARRAY: value}
    if isinstance(value, list | tuple):
        return [array_mark(item) for item in value]
    return value


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and not _has_objects(value)


def _has_objects(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_objects(item) for item in value)
    return not isinstance(value, int | float | bool)


def _node(name: str, target: Target, node: Node, place: str) -> Node:
    if name == "einsum" and isinstance(node.args[0], str):
        raise MigrationError(
            "CFG063",
            f"layer {place!r} calls tf.einsum({node.args[0]!r}, …); Keras 2 did not store the operands of functions "
            "with a variable number of arguments",
            "Rebuild the model from its source; the file does not say what is multiplied.",
            place=place,
        )
    kwargs = dict(node.kwargs)
    if name in _COMPARISONS and len(node.args) + len(kwargs.keys() - {"name"}) < 2:
        raise MigrationError(
            "CFG063",
            f"layer {place!r} compares by {_COMPARISONS[name]!r}, and Keras 2 did not store the other operand",
            "Use tf.equal or tf.not_equal in the source, and save the model again.",
            place=place,
        )
    if name == "__operators__.getitem":
        kwargs = {"key": slice_key(kwargs["slice_spec"])}
    return bind(target, node.args, kwargs)


def slice_key(spec: Any) -> list[Any]:
    """A ``slice_spec`` as a list: ints, None (new axis), ``"..."``, tensors, ``{"slice": [start, stop, step]}``."""
    items = spec if isinstance(spec, list) else [spec]
    return [_slice_item(item) for item in items]


def _slice_item(item: Any) -> Any:
    if isinstance(item, Mapping):
        if item.get("class_name") == "__ellipsis__":
            return "..."
        if item.get("class_name") == "__slice__":
            item = item["config"]
        return {"slice": [item.get("start"), item.get("stop"), item.get("step")]}
    if item is None or isinstance(item, int | TensorRef):
        return item
    if item == "...":
        return item
    raise MigrationError("CFG064", f"an index of the form {item!r} is not supported")


@layer_rule(
    Rule(
        "CFG065",
        "tensor-method",
        "A method or property of a ragged or composite tensor is part of the graph.",
        Severity.ERROR,
        applies_to=">=2.4",
        before='{"class_name": "InstanceProperty", "config": {"cls_ref": {…}, "attr_name": "flat_values"}}',
        after="refused: keep the model as a SavedModel",
        why="ClassMethod, InstanceMethod and InstanceProperty layers exist for ragged and sparse tensors, which a "
        "saved Keras 3 graph cannot contain.",
    ),
    Step.KERAS_3,
    "ClassMethod",
    "InstanceMethod",
    "InstanceProperty",
)
def tensor_method(layer: Layer, era: Era) -> Layer:
    """Refuse.

    Raises:
        MigrationError: ``CFG065``; the properties of dense tensors are functions, not layers.
    """
    attribute = layer.config.get("attr_name")
    raise MigrationError(
        "CFG065",
        f"layer {layer.name!r} uses {attribute or layer.config.get('method_name')!r} of a composite tensor",
        "Feed dense, padded tensors with a mask, or keep the model as a SavedModel.",
        place=layer.name,
    )
