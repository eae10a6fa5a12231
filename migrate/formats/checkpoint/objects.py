"""The object graph of a TF2 checkpoint: which Python object owned which variable.

A checkpoint written by ``tf.train.Checkpoint`` or ``save_weights`` stores a ``TrackableObjectGraph``
(``tensorflow/core/protobuf/trackable_object_graph.proto``) beside its tensors. Node 0 is the root; edges carry
attribute names (``layer_with_weights-0``, ``kernel``); leaves name the tensors' keys.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.checkpoint.bundle import OBJECT_GRAPH
from migrate.formats.wire import Message

if TYPE_CHECKING:
    from migrate.formats.checkpoint.bundle import Bundle


@dataclass(frozen=True, slots=True)
class CheckpointVariable:
    """One tensor and its place among the objects.

    Attributes:
        key: of the tensor in the bundle.
        path: shortest chain of attribute names from the root to the object that owns it.
        attribute: which of the object's values it is: ``"VARIABLE_VALUE"``, or a table's ``"table-keys"``.
        full_name: the variable's own name when it was saved (``"dense/kernel"``), possibly empty.
    """

    key: str
    path: tuple[str, ...]
    attribute: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One optimizer slot: ``name`` (``"m"``) of the variable with key ``variable``, stored under ``key``."""

    key: str
    name: str
    variable: str


@dataclass(slots=True)
class ObjectNode:
    """One object: its children by attribute name, its tensors by attribute, its slots."""

    children: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, tuple[str, str]] = field(default_factory=dict)
    slots: list[tuple[int, str, int]] = field(default_factory=list)


@dataclass(slots=True)
class ObjectGraph:
    """All objects of a checkpoint by number; 0 is the root.

    Attributes:
        nodes: the objects.
        paths: shortest path to each object that the root reaches.
    """

    nodes: list[ObjectNode]
    paths: dict[int, tuple[str, ...]]

    def variables(self) -> list[CheckpointVariable]:
        """Every tensor that an object owns, slots included, in the order of the objects."""
        return [
            CheckpointVariable(key, self.paths.get(number, (f"node {number}",)), attribute, full_name)
            for number, node in enumerate(self.nodes)
            for attribute, (key, full_name) in node.attributes.items()
        ]

    def slots(self) -> list[Slot]:
        """The optimizer slots."""
        return [
            Slot(slot_key, name, variable_key)
            for node in self.nodes
            for original, name, slot in node.slots
            if (variable_key := self._value_key(original)) and (slot_key := self._value_key(slot))
        ]

    def has_values(self, number: int) -> bool:
        """Whether an object or anything below it has a tensor."""
        seen, todo = {number}, [number]
        while todo:
            node = self.nodes[todo.pop()]
            if node.attributes:
                return True
            todo += [
                child
                for child in node.children.values()
                if child not in seen and 0 <= child < len(self.nodes)
            ]
            seen.update(todo)
        return False

    def _value_key(self, number: int) -> str:
        if not 0 <= number < len(self.nodes):
            return ""
        values = self.nodes[number].attributes
        return next(iter(values.values()))[0] if values else ""


def read_object_graph(bundle: Bundle) -> ObjectGraph | None:
    """The object graph of a checkpoint; None for a name-based one.

    Raises:
        MigrationError: FMT015 when it is damaged.
    """
    if OBJECT_GRAPH not in bundle:
        return None
    stored = bundle[OBJECT_GRAPH]
    if stored.dtype != object or stored.size != 1:
        raise MigrationError(
            "FMT015", "the object graph is not a string", "Fetch the checkpoint again.", bundle.place
        )
    return parse_object_graph(stored.ravel()[0])


def parse_object_graph(data: bytes) -> ObjectGraph:
    """Decode a ``TrackableObjectGraph``.

    Raises:
        MigrationError: FMT015 when the bytes are no such message.
    """
    nodes = []
    for message in Message(data).messages(1):
        node = ObjectNode()
        for child in message.messages(1):
            node.children[child.text(2)] = child.uint(1)
        for attribute in message.messages(2):
            node.attributes[attribute.text(1)] = (attribute.text(3), attribute.text(2))
        for slot in message.messages(3):
            node.slots.append((slot.uint(1), slot.text(2), slot.uint(3)))
        nodes.append(node)
    return ObjectGraph(nodes, shortest_paths([node.children for node in nodes]))


def shortest_paths(children: list[dict[str, int]]) -> dict[int, tuple[str, ...]]:
    """The shortest path from node 0 to each node; edges beyond the graph are left out."""
    paths: dict[int, tuple[str, ...]] = {0: ()} if children else {}
    todo = deque(paths)
    while todo:
        number = todo.popleft()
        for name, child in children[number].items():
            if child not in paths and 0 <= child < len(children):
                paths[child] = (*paths[number], name)
                todo.append(child)
    return paths
