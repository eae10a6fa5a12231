"""A signature's inference graph as values: nodes, what is constant, what is a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migrate.capsule.model import Array

PASSING = frozenset(
    {
        "Identity",
        "StopGradient",
        "PreventGradient",
        "ReadVariableOp",
        "CheckNumerics",
        "EnsureShape",
        "Snapshot",
    }
)
"""Operations whose output is their first input, at inference."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One operation.

    Attributes:
        name: in the graph; functions are inlined, so it tells the place.
        op: TensorFlow's operation.
        inputs: tensors ``node:index``; control inputs are left out.
        attributes: ``NodeDef.attr`` in protobuf's JSON mapping.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variable:
    """A trained array: a variable, or a constant of a frozen graph that stands where a weight does."""

    name: str
    value: Array
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One input of the graph: its tensor, dtype and shape (None for free sizes; the first is the batch)."""

    tensor: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """What the outputs of one signature need.

    Attributes:
        nodes: by name.
        constants: values by tensor, also of operations on constants alone.
        variables: by the tensor of the variable or its handle.
        inputs: key to endpoint, in order.
        outputs: key to tensor, in order.
    """

    nodes: Mapping[str, GraphNode]
    constants: Mapping[str, Array]
    variables: Mapping[str, Variable]
    inputs: Mapping[str, Endpoint]
    outputs: Mapping[str, str]

    def source(self, tensor: str) -> str:
        """The tensor behind operations that only pass their input on."""
        fed = {endpoint.tensor for endpoint in self.inputs.values()}
        while tensor not in fed and tensor not in self.constants and tensor not in self.variables:
            name, _, index = tensor.rpartition(":")
            node = self.nodes[name]
            if node.op == "IdentityN":
                tensor = node.inputs[int(index)]
                continue
            if node.op not in PASSING and not (node.op == "PlaceholderWithDefault" and node.inputs):
                break
            tensor = node.inputs[0]
        return tensor

    def producer(self, tensor: str) -> GraphNode | None:
        """The operation behind a tensor; None for inputs, constants and variables."""
        found = self.source(tensor)
        fed = {endpoint.tensor for endpoint in self.inputs.values()}
        if found in fed or found in self.constants or found in self.variables:
            return None
        return self.nodes[node_of(found)]

    def uses(self) -> dict[str, int]:
        """How many operations and outputs take each tensor, passing operations looked through."""
        counts: dict[str, int] = {}
        taken = [
            t for node in self.nodes.values() if node.op not in (*PASSING, "IdentityN") for t in node.inputs
        ]
        for tensor in [*taken, *self.outputs.values()]:
            source = self.source(tensor)
            counts[source] = counts.get(source, 0) + 1
        return counts


def node_of(tensor: str) -> str:
    """The node's name in a tensor's."""
    return tensor.rpartition(":")[0]
