"""Graph nodes as the scan sees them, independent of their encoding: bytes, JSON or text.

Field numbers are those of ``node_def.proto``, ``attr_value.proto`` and ``tensor.proto``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.formats.wire import Message, fields
from migrate.scan.text_format import encode_json

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Node:
    """One node; attributes are read on demand.

    Attributes:
        name: unique in its graph or function.
        operation: ``NodeDef.op``.
        message: the ``NodeDef``.
    """

    name: str
    operation: str
    message: Message

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs in order, without the output number; control inputs are left out."""
        return [text.partition(":")[0] for text in self.message.texts(3) if not text.startswith("^")]

    def text(self, attribute: str) -> str:
        """A text attribute; empty if missing."""
        return next((value.text(2) for key, value in self.message.mapping(5) if key == attribute), "")

    def functions(self) -> Iterator[str]:
        """Names of the functions that the node may call: ``AttrValue.func`` and ``AttrValue.list.func``."""
        # every attribute of every node: without creating a Message for each, and every duplicate counts
        for entry in self.message.views(5):
            for number, value in fields(entry):
                if number != 2 or not isinstance(value, memoryview):
                    continue
                for kind, part in fields(value):
                    if kind == 10 and isinstance(part, memoryview):
                        yield Message(part).text(1)
                    elif kind == 1 and isinstance(part, memoryview):
                        yield from (listed.text(1) for listed in Message(part).messages(9))

    def strings(self) -> list[str]:
        """The values of a constant of strings."""
        return [
            text
            for key, value in self.message.mapping(5)
            if key == "value"
            for text in value.message(8).texts(8)
        ]


def node_of_message(message: Message) -> Node | None:
    """The node of a ``NodeDef``; None if it names no operation."""
    operation = message.text(2)
    return Node(message.text(1), operation, message) if operation else None


def node_of_json(value: dict[str, Any]) -> Node | None:
    """The node of a ``NodeDef`` as protobuf's JSON; None if it names no operation."""
    return node_of_message(Message(encode_json(value, "NodeDef")))
