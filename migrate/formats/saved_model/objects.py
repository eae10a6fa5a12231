"""The object graph of a TF2 SavedModel (``tensorflow/core/protobuf/saved_object_graph.proto``)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from migrate.formats.checkpoint.dtypes import dtype_name
from migrate.formats.checkpoint.objects import shortest_paths
from migrate.formats.limits import MAX_ARCHITECTURE_BYTES
from migrate.formats.wire import Message

KINDS = {
    4: "object", 5: "asset", 6: "function", 7: "variable", 8: "bare function", 9: "constant", 10: "resource",
    12: "captured tensor",
}  # fmt: skip


@dataclass(slots=True)
class SavedNode:
    """One object of a SavedModel.

    Attributes:
        kind: one of ``KINDS``' names.
        children: attribute name → node number.
        identifier: of a user object: ``"_tf_keras_layer"``, ``"_generic_user_object"``, ``"trackable_list_wrapper"``….
        metadata: what Keras wrote about it: ``class_name``, ``config``, …; empty for others.
        name: of a variable, as in the graph (``"dense/kernel:0"`` without the suffix).
        dtype: of a variable.
        shape: of a variable; None dimensions are unknown, None altogether an unknown rank.
        trainable: of a variable.
        asset: of an asset: its index in the meta graph's list.
        slots: of an optimizer: (variable node, slot name, slot node).
        registered_name: of an object with a registered class.
        saver: of a table and the like: names of its saveable values.
        functions: of a function: names of its concrete functions.
        operation: of a constant: the name of its node in the graph.
    """

    kind: str = "object"
    children: dict[str, int] = field(default_factory=dict)
    identifier: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    dtype: str = ""
    shape: tuple[int | None, ...] | None = None
    trainable: bool = False
    asset: int = -1
    slots: list[tuple[int, str, int]] = field(default_factory=list)
    registered_name: str = ""
    saver: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    operation: str = ""

    @property
    def is_keras(self) -> bool:
        """Whether Keras wrote this object."""
        return self.identifier.startswith("_tf_keras_")

    @property
    def class_name(self) -> str:
        """The Keras class, empty for other objects."""
        return str(self.metadata.get("class_name") or "")


@dataclass(slots=True)
class SavedObjects:
    """All objects by number, 0 the root, with the shortest path to each."""

    nodes: list[SavedNode] = field(default_factory=list)
    paths: dict[int, tuple[str, ...]] = field(default_factory=dict)
    functions: int = 0
    bound_inputs: dict[str, list[int]] = field(default_factory=dict)
    """Concrete function → objects that it captures, in order."""

    def path(self, number: int) -> str:
        """The path to a node, joined by dots; the root is empty."""
        return ".".join(self.paths.get(number, (f"node {number}",)))

    def of_kind(self, kind: str) -> list[int]:
        """Numbers of all nodes of a kind."""
        return [number for number, node in enumerate(self.nodes) if node.kind == kind]


def parse_objects(data: memoryview) -> SavedObjects:
    """Decode a ``SavedObjectGraph``.

    Raises:
        MigrationError: FMT015 when the bytes are no such message.
    """
    message = Message(data)
    nodes = [_node(Message(view)) for view in message.views(1)]
    paths = shortest_paths([node.children for node in nodes])
    bound = {name: function.ints(2) for name, function in message.mapping(2)}
    return SavedObjects(nodes, paths, len(bound), bound)


def _node(message: Message) -> SavedNode:
    node = SavedNode(kind=next((name for number, name in KINDS.items() if number in message), "object"))
    for child in message.messages(1):
        node.children[child.text(2)] = child.uint(1)
    for slot in message.messages(3):
        node.slots.append((slot.uint(1), slot.text(2), slot.uint(3)))
    node.registered_name = message.text(13)
    node.saver = [name for name, _ in message.mapping(11)]
    if node.kind == "object":
        user = message.message(4)
        node.identifier = user.text(1)
        node.metadata = parse_metadata(user.text(3))
    elif node.kind == "variable":
        variable = message.message(7)
        node.name, node.dtype, node.trainable = (
            variable.text(6),
            dtype_name(variable.uint(1)),
            bool(variable.uint(3)),
        )
        node.shape = parse_shape(variable.message(2))
    elif node.kind == "asset":
        node.asset = message.message(5).uint(1)
    elif node.kind == "function":
        node.functions = message.message(6).texts(1)
    elif node.kind == "bare function":
        node.functions = message.message(8).texts(1)
    elif node.kind == "constant":
        node.operation = message.message(9).text(1)
    return node


def parse_shape(message: Message) -> tuple[int | None, ...] | None:
    """A ``TensorShapeProto``: None for an unknown dimension, None altogether for an unknown rank."""
    if message.uint(3):
        return None
    sizes = (dim.sint(1) for dim in message.messages(2))
    return tuple(size if size >= 0 else None for size in sizes)


def parse_metadata(text: str) -> dict[str, Any]:
    """The JSON that Keras writes about an object; empty when there is none or it is no object.

    Objects other than Keras' write other things here (a version, a name), which is why failure is no error.
    """
    if not text.startswith("{") or len(text) > MAX_ARCHITECTURE_BYTES:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
