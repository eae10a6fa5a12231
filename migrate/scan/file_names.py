"""Which file an operation of a graph accesses: the name is traced back to its origin.

A saver's file name is an argument or a placeholder, to which constants are joined (``_temp/part``); a vocabulary's
file name is an asset. A name is therefore a text in which one character stands for what is given from outside. A name
that the graph computes in another way could be anything, which a second character marks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrate.scan.nodes import Node, node_of_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrate.formats.wire import Message

GIVEN, COMPUTED = "\0", "\1"
OUTSIDE = re.compile(r"^[/~\\]|\.\.|://|^[A-Za-z]:[\\/]")
"""A file name that points outside the model's folder."""
SAVER_DEFAULT = re.compile(r"(model)?(\.part|_temp(_[0-9a-f]{32})?/part)?")
"""The placeholder that a TF1 saver holds until it gets a file name (``tf.compat.v1.train.Saver``)."""
MAX_NAMES = 64
"""Number of names that one operation may access before they count as computed."""
_HAND_FIRST_ON = frozenset(
    """
    Identity Reshape ExpandDims Squeeze StridedSlice Slice GatherV2 EnsureShape StopGradient ShardedFilename
    ShardedFilespec Tile Unpack Split RefIdentity
    """.split()  # noqa: SIM905 - names read better as text
)
_HAND_ALL_ON = frozenset(
    "Pack ConcatV2 Merge Switch IdentityN RefSwitch RefMerge Select SelectV2 PlaceholderWithDefault Fill".split()  # noqa: SIM905
)
"""Operations that pass texts on: that of their first input, or of any."""
_NOT_TEXT = frozenset(
    {"StaticRegexFullMatch", "RegexFullMatch", "Equal", "NotEqual", "LogicalNot", "LogicalAnd"}
)
"""The condition of a ``Select``."""
_VARIABLE_USERS = frozenset({"AssignVariableOp", "ReadVariableOp", "VarIsInitializedOp"})


class Body:
    """The nodes of a graph or of one function.

    Attributes:
        arguments: names of a function's arguments, in order.
        repeated: names that several nodes share.
    """

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        self.arguments = list(arguments)
        self.repeated: set[str] = set()
        self._nodes: dict[str, list[Node]] = {}
        self._users: dict[str, list[Node]] | None = None

    @classmethod
    def of(cls, messages: Iterable[Message], arguments: Sequence[str] = ()) -> Body:
        """The body of these ``NodeDef`` messages; those that name no operation are ignored."""
        body = cls(arguments)
        body.add(node for node in map(node_of_message, messages) if node is not None)
        return body

    def add(self, nodes: Iterable[Node]) -> None:
        """Add further nodes."""
        for node in nodes:
            named = self._nodes.setdefault(node.name, [])
            named.append(node)
            if len(named) > 1:
                self.repeated.add(node.name)

    def named(self, name: str) -> list[Node]:
        """The nodes with this name: exactly one in a graph that TensorFlow wrote."""
        return self._nodes.get(name, [])

    def users(self, name: str) -> list[Node]:
        """The nodes that use a node's output."""
        if self._users is None:
            self._users = {}
            for node in self.all_nodes():
                for source in node.inputs:
                    self._users.setdefault(source, []).append(node)
        return self._users.get(name, [])

    def all_nodes(self) -> Iterator[Node]:
        """Every node in order."""
        for nodes in self._nodes.values():
            yield from nodes


class FileNames:
    """Traces file names through a graph and its functions.

    Args:
        bodies: by function name; the graph's own body under the empty name.
        assets: nodes of the graph whose values are replaced by the names of assets on loading.
        captured: function to the bindings of its last arguments, see `migrate.scan.graph.scan_graph_def`.
    """

    def __init__(
        self, bodies: Mapping[str, Body], assets: frozenset[str], captured: Mapping[str, list[str]]
    ) -> None:
        self._bodies = bodies
        self._assets = assets
        self._captured = captured
        self.callers: dict[str, list[tuple[str, Node]]] = {}
        """Function to the nodes that may call it, each with the function that contains it."""
        for name, body in bodies.items():
            for node in body.all_nodes():
                for function in node.functions():
                    self.callers.setdefault(function, []).append((name, node))

    def of(self, function: str, node: Node, position: int | None) -> set[str]:
        """The possible file names that flow into a node.

        Args:
            function: the function that contains the node.
            node: an operation of ``operations.CONDITIONAL``.
            position: of the input that is the file name; None for any.
        """
        inputs = node.inputs if position is None else node.inputs[position : position + 1]
        return self._all(function, inputs, frozenset())

    def _all(self, function: str, names: Iterable[str], seen: frozenset[tuple[str, str]]) -> set[str]:
        found: set[str] = set()
        for name in names:
            found |= self._value(function, name, seen)
        return found if len(found) <= MAX_NAMES else {COMPUTED}

    def _value(self, function: str, name: str, seen: frozenset[tuple[str, str]]) -> set[str]:
        """The possible texts of an output of a node, or of an argument of a function."""
        if (function, name) in seen:
            return set()
        if len(seen) > MAX_NAMES:
            return {COMPUTED}
        seen |= {(function, name)}
        body = self._bodies[function]
        if not function and name in self._assets:
            return {GIVEN}
        nodes = body.named(name)
        if not nodes:
            return self._argument(function, name, seen)
        found: set[str] = set()
        for node in nodes:
            found |= self._output(function, node, seen)
        return found

    def _output(self, function: str, node: Node, seen: frozenset[tuple[str, str]]) -> set[str]:
        if node.operation == "Const":
            return set(node.strings())
        if node.operation in ("Placeholder", "PlaceholderV2"):
            return {GIVEN}
        if node.operation in _NOT_TEXT:
            return set()
        if node.operation == "StringJoin":
            return _joined(
                [self._value(function, name, seen) for name in node.inputs], node.text("separator")
            )
        if node.operation == "ReadVariableOp":
            return self._variable(function, node.inputs[:1], seen)
        if node.operation in _HAND_FIRST_ON:
            return self._all(function, node.inputs[:1], seen)
        if node.operation in _HAND_ALL_ON:
            found = self._all(function, node.inputs, seen)
            return found | {GIVEN} if node.operation == "PlaceholderWithDefault" else found
        return {COMPUTED}

    def _variable(self, function: str, handles: list[str], seen: frozenset[tuple[str, str]]) -> set[str]:
        """What is assigned to a variable, such as the path of an asset; nothing else may hold its handle."""
        users = [user for handle in handles for user in self._bodies[function].users(handle)]
        assignments = [user for user in users if user.operation == "AssignVariableOp"]
        if not assignments or any(user.operation not in _VARIABLE_USERS for user in users):
            return {COMPUTED}
        return self._all(function, [user.inputs[1] for user in assignments if len(user.inputs) > 1], seen)

    def _argument(self, function: str, name: str, seen: frozenset[tuple[str, str]]) -> set[str]:
        """What callers pass, what the function captured; otherwise it is given by the caller of the model."""
        arguments = self._bodies[function].arguments
        if name not in arguments:
            return {COMPUTED}
        position = arguments.index(name)
        found: set[str] = set()
        for caller, node in self.callers.get(function, ()):
            inputs = node.inputs
            exact = node.operation.endswith("PartitionedCall") and position < len(inputs)
            found |= self._all(caller, inputs[position : position + 1] if exact else inputs, seen)
        captured = self._captured.get(function, [])
        bound = position - (len(arguments) - len(captured))
        if 0 <= bound < len(captured):
            found |= {GIVEN} if captured[bound] == GIVEN else self._bound(captured[bound], seen)
        return found or {GIVEN}

    def _bound(self, name: str, seen: frozenset[tuple[str, str]]) -> set[str]:
        return {COMPUTED} if name == COMPUTED else self._value("", name, seen)


def _joined(parts: Sequence[set[str]], separator: str) -> set[str]:
    found = set(parts[0]) if parts else {""}
    for part in parts[1:]:
        found = {f"{left}{separator}{right}" for left in found for right in part}
        if len(found) > MAX_NAMES:
            return {COMPUTED}
    return found or {COMPUTED}
