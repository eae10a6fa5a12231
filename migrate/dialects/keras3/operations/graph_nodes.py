"""``TensorFlowOpLayer`` (tf.keras 1.13 to 2.3): a graph node with its constants becomes a call of ``keras.ops``."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from migrate.capsule.model import Layer, Node
from migrate.dialects.keras3.operations.calls import bind, op_layer, target_of
from migrate.dialects.keras3.operations.node_table import DTYPES, GRAPH_OPS, GraphOp
from migrate.dialects.rule import Era, Step, layer_rule
from migrate.findings import MigrationError, Rule, Severity


@layer_rule(
    Rule(
        "CFG062",
        "tensorflow-graph-node",
        "A node of a TensorFlow graph is a layer of the model.",
        Severity.ERROR,
        applies_to="<2.5",
        before='{"class_name": "TensorFlowOpLayer", "config": {"node_def": {"op": "Mul", "input": ["x", "Mul/y"]}, '
        '"constants": {"1": 2.0}}}',
        after='{"class_name": "Op", "config": {"function": "keras.ops.multiply"}, args: [x], kwargs: {"x2": 2.0}}',
        why="Until tf.keras 2.3, a TensorFlow function called on a Keras tensor was stored as the graph node it "
        "created. Keras 3 fails with `Could not locate class 'TensorFlowOpLayer'`.",
    ),
    Step.KERAS_3,
    "TensorFlowOpLayer",
)
def tensorflow_graph_node(layer: Layer, era: Era) -> Layer:
    """Name the function that makes such a node, with inputs, constants and attributes as its arguments.

    Raises:
        MigrationError: ``CFG061`` for an operation without a counterpart.
    """
    definition = layer.config["node_def"]
    if isinstance(definition, str):
        definition = json.loads(definition)
    operation = definition["op"]
    known = GRAPH_OPS.get(operation)
    if known is None:
        raise MigrationError(
            "CFG061",
            f"layer {layer.name!r} is the TensorFlow operation {operation}, which has no known counterpart",
            "Replace the call in the source by a Keras layer, or keep the model as a SavedModel.",
            place=layer.name,
        )
    target = target_of(known.function, layer.name)
    attributes = {
        parameter: attribute_value(definition["attr"][name])
        for name, parameter in known.attributes.items()
        if name in definition.get("attr", {})
    }
    constants = {int(key): value for key, value in (layer.config.get("constants") or {}).items()}
    nodes = []
    for node in layer.nodes:
        first, named = _arguments(known, _operands(node, constants))
        nodes.append(bind(target, (first,), {**attributes, **named}))
    return op_layer(layer, target, tuple(nodes))


def _operands(node: Node, constants: Mapping[int, Any]) -> list[Any]:
    """Inputs of the graph node in order: tensors with the constants put back in their places."""
    argument = node.args[0]
    tensors = list(argument) if isinstance(argument, list | tuple) else [argument]
    total = len(tensors) + len(constants)
    rest = iter(tensors)
    return [constants[i] if i in constants else next(rest) for i in range(total)]


def _arguments(known: GraphOp, operands: list[Any]) -> tuple[Any, dict[str, Any]]:
    """The first argument and the named ones."""
    if known.inputs[0] == "*":
        after = known.inputs[1:]
        split = len(operands) - len(after)
        return operands[:split], dict(zip(after, operands[split:], strict=True))
    named = dict(zip(known.inputs, operands, strict=False))
    return named.pop(known.inputs[known.first]), named


def attribute_value(attribute: Mapping[str, Any]) -> Any:
    """A JSON-encoded ``AttrValue``: 64-bit integers are strings, byte strings are base64.

    Source of the form: protobuf's JSON mapping, as ``json_format.MessageToDict`` applies it.
    """
    ((kind, value),) = attribute.items()
    if kind == "list":
        ((inner, values),) = value.items() if value else (("i", []),)
        return [attribute_value({inner: item}) for item in values]
    if kind == "i":
        return int(value)
    if kind == "s":
        return base64.b64decode(value).decode("utf-8")
    if kind == "type":
        return DTYPES.get(value, value)
    return value
