"""Turn a graph into the records of a Functional model."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.operations.graph_nodes import tensorflow_graph_node
from migrate.dialects.keras3.operations.node_table import GRAPH_OPS
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from migrate.lift.graph import Graph, GraphNode, Variable, node_of
from migrate.lift.layers import LAYERS, Lifted, attribute, with_bias
from migrate.lift.operations import DIRECT, Direct
from migrate.lift.recurrent import ALL, CLASSES, LAST, SEQUENCES, STATE, outputs_of, recurrent

CONTROL_FLOW = frozenset(
    {"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "If", "StatelessIf", "While", "StatelessWhile",
     "Case", "StatelessCase", "PartitionedCall", "StatefulPartitionedCall"}
)  # fmt: skip
_LOOPS = ("TensorList", "TensorArray")
"""Beginnings of operations that carry what loops collect."""
_SAME = {
    "BatchMatMulV3": "BatchMatMulV2",
    "Gather": "GatherV2",
    "Inv": "Reciprocal",
    "AvgPool3D": "AvgPool",
    "MaxPool3D": "MaxPool",
}
"""Operations that differ from another only in attributes without a meaning here."""
_ZERO_INDEX: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("zeros", "keras.ops.zeros_like", {}),
    ("sum", "keras.ops.sum", {}),
    ("index", "composite.cast", {"dtype": "int32"}),
    ("row", "composite.reshape", {"shape": [1]}),
)
"""From any tensor to the index ``[0]``: zeros first, because a sum of what is not finite is not 0."""


class Converter:
    """Collects the layers of one graph; each operation becomes at most one record and its helpers."""

    def __init__(self, graph: Graph, era: Era, name: str) -> None:
        self._graph, self._era, self._name = graph, era, name
        self._uses = graph.uses()
        self._fed = {endpoint.tensor: key for key, endpoint in graph.inputs.items()}
        self._layers: dict[str, Layer] = {}
        self._refs: dict[str, TensorRef] = {}
        self._lifted: dict[str, TensorRef] = {}

    def convert(self) -> Model:
        """The model.

        Raises:
            MigrationError: ``EXP020`` for an operation outside the tables, ``EXP021`` for control flow and tables.
        """
        inputs = []
        for key, endpoint in self._graph.inputs.items():
            if not endpoint.shape:
                raise MigrationError(
                    "EXP020",
                    f"input {key!r} is a scalar or of unknown rank; inputs of Keras models have a batch axis",
                    "Keep the SavedModel, which accepts it.",
                    place=node_of(endpoint.tensor),
                )
            config = {"batch_shape": [None, *endpoint.shape[1:]], "dtype": endpoint.dtype}
            layer = Layer("InputLayer", self._free(key), config, (Node(()),))
            self._layers[layer.name] = layer
            self._refs[endpoint.tensor] = TensorRef(layer.name)
            inputs.append(TensorRef(layer.name))
        outputs = []
        for key, tensor in self._graph.outputs.items():
            source = self._graph.source(tensor)
            if self._graph.producer(source) is None and source not in self._fed:
                raise MigrationError(
                    "EXP020",
                    f"output {key!r} is a constant or a variable, which no layer computes",
                    "Keep the SavedModel, which returns it.",
                    place=node_of(tensor),
                )
            outputs.append(self._ref(tensor))
        return Model(
            "Functional", self._name, Topology.FUNCTIONAL, tuple(self._layers.values()), inputs, outputs
        )

    def _free(self, name: str) -> str:
        """A name that Keras takes and no layer has."""
        plain = plain_name(name)
        candidate, number = plain, 1
        while candidate in self._layers:
            candidate, number = f"{plain}_{number}", number + 1
        return candidate

    def _add(self, layer: Layer) -> TensorRef:
        self._layers[layer.name] = layer
        return TensorRef(layer.name)

    def _ref(self, tensor: str) -> TensorRef:
        """The reference that a tensor has, its operation converted first; without recursion over long chains."""
        wanted = self._graph.source(tensor)
        pending = [wanted]
        while pending:
            current = pending[-1]
            if current in self._refs:
                pending.pop()
                continue
            node = self._graph.nodes[node_of(current)]
            lifted = self._lift(node)
            needed = [lifted.input] if lifted is not None else self._computed(node)
            missing = [s for s in map(self._graph.source, needed) if s not in self._refs]
            if missing:
                if missing[0] in pending:
                    raise MigrationError(
                        "EXP021",
                        f"{node.name} is part of a loop",
                        "Keep the SavedModel.",
                        place=node.name,
                    )
                pending.append(missing[0])  # one at a time, so that what is pending is a chain
                continue
            index = int(current.rpartition(":")[2])
            if lifted is None:
                self._refs[current] = TensorRef(self._operation(node).layer, 0, index)
                continue
            if node.name not in self._lifted:
                self._lifted[node.name] = self._layer(node, lifted)
            self._refs[current] = self._output(node, lifted, index)
        return self._refs[wanted]

    def _output(self, node: GraphNode, lifted: Lifted, index: int) -> TensorRef:
        """One output of an operation that became a layer; of a recurrent one the last step may be taken."""
        made = self._lifted[node.name]
        if node.op in CLASSES:
            index = outputs_of(node)[index]
        if node.op in CLASSES and index in (LAST, STATE) and lifted.config[SEQUENCES]:
            call = Node((made, [{"slice": [None, None, None]}, -1]))
            name = self._free(f"{made.layer}_last")
            return self._add(Layer("Op", name, {"function": "composite.getitem"}, (call,)))
        if index and not (node.op in CLASSES and index in (ALL, STATE)):
            raise _unliftable(node, f"output {index} of {node.op} ({node.name}) is used")
        return made

    def _lift(self, node: GraphNode) -> Lifted | None:
        if node.op in ("BiasAdd", "Add", "AddV2"):
            found = with_bias(self._graph, node, self._uses)
            if found is not None:
                return found
        if node.op in CLASSES:
            return recurrent(self._graph, node, self._uses)
        match = LAYERS.get(node.op)
        return match(self._graph, node) if match is not None else None

    def _layer(self, node: GraphNode, lifted: Lifted) -> TensorRef:
        config = {**lifted.config, "dtype": next(iter(lifted.weights.values())).dtype.name}
        fixed = {id(v.value) for v in self._graph.variables.values() if not v.trainable}
        if all(id(array) in fixed for array in lifted.weights.values()):
            config["trainable"] = False
        given, name = self._refs[self._graph.source(lifted.input)], self._free(node.name)
        if lifted.margins:
            call = Node((given,), {"pad_width": [list(pair) for pair in lifted.margins]})
            given = self._add(Layer("Op", self._free(f"{name}_pad"), {"function": "keras.ops.pad"}, (call,)))
        if not lifted.turned:
            return self._add(Layer(lifted.class_name, name, config, (Node((given,)),), lifted.weights))
        axes = lifted.weights["kernel"].ndim
        given = self._transposed(f"{name}_last", given, [0, *range(2, axes), 1])
        made = self._add(Layer(lifted.class_name, name, config, (Node((given,)),), lifted.weights))
        return self._transposed(f"{name}_first", made, [0, axes - 1, *range(1, axes - 1)])

    def _transposed(self, name: str, given: TensorRef, axes: list[int]) -> TensorRef:
        call = Node((given,), {"axes": axes})
        return self._add(Layer("Op", self._free(name), {"function": "keras.ops.transpose"}, (call,)))

    def _computed(self, node: GraphNode) -> list[str]:
        """Inputs that are neither constants nor variables."""
        sources = map(self._graph.source, self._given(node))
        return [s for s in sources if s not in self._graph.constants and s not in self._graph.variables]

    def _given(self, node: GraphNode) -> tuple[str, ...]:
        """Inputs of an operation, as far as they mean something."""
        if node.op == "DenseBincount":
            return (node.inputs[0], self._clamped(node.inputs[1]), *node.inputs[2:])
        return node.inputs

    def _clamped(self, tensor: str) -> str:
        """The constant that ``minimum(c, maximum(c, …))`` always is, as ``tf.math.bincount`` makes its size."""
        limits = []
        current = tensor
        for op in ("Minimum", "Maximum"):
            node = self._graph.producer(current)
            if node is None or node.op != op:
                return tensor
            sources = [self._graph.source(given) for given in node.inputs]
            constant = [s for s in sources if s in self._graph.constants]
            if len(constant) != 1:
                return tensor
            limits.append(constant[0])
            current = next(s for s in sources if s not in self._graph.constants)
        lower, upper = (self._graph.constants[limit] for limit in limits)
        return limits[0] if np.array_equal(lower, upper) else tensor

    def _operation(self, node: GraphNode) -> TensorRef:
        existing = self._layers.get(plain_name(node.name))
        if existing is not None and existing.config.get("graph_node") == node.name:
            return TensorRef(existing.name)
        op = _SAME.get(node.op, node.op)
        if op in CONTROL_FLOW or op in CLASSES or "Table" in op or "Parse" in op or op.startswith(_LOOPS):
            raise MigrationError(
                "EXP021",
                f"{node.op} ({node.name}) is control flow, a table or parsing, which layers cannot express",
                "Keep the SavedModel, which computes it, or lift another signature.",
                place=node.name,
            )
        if op == "Erfc":
            return self._complement(node)
        if op in DIRECT:
            return self._direct(node, DIRECT[op])
        if op not in GRAPH_OPS:
            raise _unliftable(node, f"the operation {node.op} ({node.name}) is outside the table")
        operands = self._operands(node)
        tensors = [operand for operand in operands if isinstance(operand, TensorRef)]
        constants = {
            str(position): operand
            for position, operand in enumerate(operands)
            if not isinstance(operand, TensorRef)
        }
        config = {"node_def": {"op": op, "attr": node.attributes}, "constants": constants}
        stored = Layer("TensorFlowOpLayer", self._free(node.name), config, (Node((tensors,)),))
        record = tensorflow_graph_node(stored, self._era)
        return self._add(record.with_config(graph_node=node.name))

    def _operands(self, node: GraphNode) -> list[Any]:
        """Inputs of an operation in order: references, and plain values of constants."""
        anchor = self._anchor(node)
        operands: list[Any] = []
        for tensor in self._given(node):
            source = self._graph.source(tensor)
            variable = self._graph.variables.get(source)
            if variable is not None and variable.value.dtype.kind == "f":
                operands.append(self._bare(source, variable, anchor))
            elif variable is not None or source in self._graph.constants:
                value = variable.value if variable is not None else self._graph.constants[source]
                operands.append(_plain(value, node))
            else:
                operands.append(self._refs[source])
        return operands

    def _direct(self, node: GraphNode, direct: Direct) -> TensorRef:
        """The call of a function that takes an operation's inputs by position."""
        args = [
            {"$array": operand} if isinstance(operand, list) else operand for operand in self._operands(node)
        ]
        kwargs = {
            parameter: attribute(node, name)
            for name, parameter in direct.attributes.items()
            if name in node.attributes
        }
        config = {"function": direct.function, "graph_node": node.name}
        return self._add(Layer("Op", self._free(node.name), config, (Node(tuple(args), kwargs),)))

    def _complement(self, node: GraphNode) -> TensorRef:
        """``erfc``, which exact GELU is made of: ``1 - erf``."""
        (tensor,) = (self._refs[source] for source in self._computed(node))
        name = self._free(node.name)
        erf = self._add(Layer("Op", f"{name}_erf", {"function": "keras.ops.erf"}, (Node((tensor,)),)))
        return self._add(Layer("Op", name, {"function": "keras.ops.subtract"}, (Node((1.0, erf)),)))

    def _anchor(self, node: GraphNode) -> TensorRef:
        """A tensor of the model that a bare variable can hang on: Keras computes only what depends on an input."""
        computed = [s for s in map(self._graph.source, self._given(node)) if s in self._refs]
        return self._refs[computed[0]] if computed else next(iter(self._refs.values()))

    def _bare(self, source: str, variable: Variable, anchor: TensorRef) -> TensorRef:
        """A variable used by itself: a row of an ``Embedding``, the stock layer whose output is its weight."""
        if source in self._refs:
            return self._refs[source]
        value, free, last = variable.value, self._free(variable.name), anchor
        for suffix, function, kwargs in _ZERO_INDEX:
            call = Node((last,), kwargs)
            last = self._add(Layer("Op", self._free(f"{free}_{suffix}"), {"function": function}, (call,)))
        config: dict[str, Any] = {"input_dim": 1, "output_dim": value.size, "dtype": value.dtype.name}
        config["trainable"] = variable.trainable
        weights = {"embeddings": np.reshape(value, (1, -1))}
        row = self._add(Layer("Embedding", free, config, (Node((last,)),), weights))
        call = Node((row,), {"shape": [int(n) for n in value.shape]})
        name = self._free(f"{free}_value")
        self._refs[source] = self._add(Layer("Op", name, {"function": "composite.reshape"}, (call,)))
        return self._refs[source]


def plain_name(name: str) -> str:
    """The name of a layer for an operation: PyTorch takes no dot in the names of parameters, Keras no slash."""
    return re.sub(r"[/:.]", "_", name)


def convert(graph: Graph, era: Era, name: str = "lifted") -> Model:
    """The Functional model that computes what a graph does.

    Raises:
        MigrationError: ``EXP020`` or ``EXP021``, with the node's name as the place.
    """
    return Converter(graph, era, name).convert()


def _plain(value: Array, node: GraphNode) -> Any:
    if value.dtype.kind in "OSU":
        raise _unliftable(
            node,
            f"{node.op} ({node.name}) takes a constant string, and only TensorFlow computes with strings",
        )
    if value.dtype.kind not in "fiub":
        raise _unliftable(node, f"{node.op} ({node.name}) takes a constant of {value.dtype}")
    return value.tolist()


def _unliftable(node: GraphNode, why: str) -> MigrationError:
    return MigrationError(
        "EXP020",
        f"the graph cannot be lifted: {why}",
        "Keep the SavedModel, which computes it.",
        place=node.name,
    )
