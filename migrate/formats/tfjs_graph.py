"""TensorFlow.js graph models: a converted graph as protobuf's JSON, its constants in the shards of ``model.json``.

The converter freezes the graph, folds and fuses it, and takes the values out of each ``Const``, under whose name the
manifest lists them. 64-bit constants are stored with 32 bits. ``signature`` names inputs and outputs; converters before
2.1 put it into ``userDefinedMetadata``. Sources: ``converters/tf_saved_model_conversion_v2.py``, ``fuse_prelu.py`` and
``fuse_depthwise_conv2d.py`` of the converter, ``operations/executors`` of tfjs-converter for what fused operations
compute.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.tfjs import decoded, weights_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np

_HINT = "Migrate the author's SavedModel or HDF5 file that it was converted from."
_CONTRACTIONS = {
    "_FusedConv2D": "Conv2D",
    "_FusedMatMul": "MatMul",
    "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative",
}
"""What a fused operation computes first, of its first two inputs."""
_OWN_ATTRIBUTES = frozenset({"num_args", "fused_ops", "epsilon", "leakyrelu_alpha", "TArgs", "num_host_args"})
"""Attributes that a fused operation has and the operation in it does not."""
_ACTIVATIONS = frozenset({"Relu", "Relu6", "Elu", "Sigmoid", "Tanh", "LeakyRelu"})
_FLOAT = {"type": "DT_FLOAT"}

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConvertedGraph:
    """A graph model as values.

    Attributes:
        graph: a ``GraphDef`` in protobuf's JSON, of operations that TensorFlow has; no ``Const`` has its value.
        constants: the value of each ``Const`` by its name, functions' included.
        signature: a ``SignatureDef`` in protobuf's JSON; None where the file names no inputs and outputs.
    """

    graph: dict[str, Any]
    constants: Mapping[str, np.ndarray[Any, np.dtype[Any]]]
    signature: dict[str, Any] | None


def read_tfjs_graph(path: Path) -> ConvertedGraph:
    """Read a graph model; fused operations are taken apart.

    Args:
        path: its ``model.json``.

    Raises:
        MigrationError: FMT040 for what TensorFlow's operations do not express or another graph would have to fill;
            what `migrate.formats.tfjs.shards_of` raises; FMT015 for nodes that are none.
    """
    model, place = decoded(path), str(path)
    if model.get("modelInitializer"):
        raise _refusal("its tables are filled by a second graph (modelInitializer)", place)
    topology = model["modelTopology"]
    graph = {
        "node": list(_unfused(topology.get("node"), place)),
        "library": {"function": list(_functions(topology.get("library"), place))},
        "versions": topology.get("versions", {}),
    }
    constants = {array.name: array.array for array in weights_of(path, model)}
    return ConvertedGraph(graph, constants, _signature(model))


def renamed(graph: Mapping[str, Any]) -> dict[str, Any]:
    """The graph for those who only look at its operations: each fused one has the name of what it computes first."""

    def of(nodes: Any) -> Any:
        listed = nodes if isinstance(nodes, list) else []
        names = _CONTRACTIONS | {"Prelu": "LeakyRelu"}
        return [
            {**node, "op": names.get(str(node.get("op")), node.get("op"))} if isinstance(node, dict) else node
            for node in listed
        ]

    library = graph.get("library")
    functions = library.get("function") if isinstance(library, dict) else None
    bodies = [
        {key: of(value) if key in ("nodeDef", "node_def") else value for key, value in one.items()}
        for one in (functions if isinstance(functions, list) else [])
        if isinstance(one, dict)
    ]
    return {"node": of(graph.get("node")), "library": {"function": bodies}}


def _functions(library: Any, place: str) -> Iterator[dict[str, Any]]:
    """Functions of the graph: the bodies of its loops and branches, in which nothing is taken apart."""
    for function in library.get("function", []) if isinstance(library, dict) else []:
        for node in _nodes(function.get("nodeDef", []), place):
            if node.get("op") in _CONTRACTIONS or node.get("op") == "Prelu":
                raise _refusal(f"{node['op']} ({node.get('name')}) is part of a loop or branch", place)
        yield function


def _signature(model: Mapping[str, Any]) -> dict[str, Any] | None:
    user = model.get("userDefinedMetadata")
    for found in (model.get("signature"), user.get("signature") if isinstance(user, dict) else None):
        if isinstance(found, dict) and isinstance(found.get("outputs"), dict) and found["outputs"]:
            return found
    return None


def _unfused(nodes: Any, place: str) -> Iterator[Node]:
    """The nodes, each fused one as the operations that it stands for; the last of them keeps its name."""
    listed = _nodes(nodes, place)
    inputs = {f"^{node.get('name')}" for node in listed if node.get("op") == "Placeholder"}
    for node in listed:
        operation = node.get("op")
        if operation in _CONTRACTIONS:
            yield from _taken_apart(node, place)
        elif operation == "Prelu":
            source, alpha = _inputs(node, place)[:2]
            yield from _prelu(node["name"], source, alpha)
        elif operation == "Const" and inputs.intersection(node.get("input") or ()):
            # It waits for an input of the model, as the body of a function did for its call, and has the same value.
            yield {**node, "input": [source for source in node["input"] if source not in inputs]}
        else:
            yield node


def _nodes(value: Any, place: str) -> list[Node]:
    if not isinstance(value, list) or not all(isinstance(node, dict) for node in value):
        raise MigrationError("FMT015", "the graph's nodes are not a list of nodes", _HINT, place)
    return value


def _taken_apart(node: Node, place: str) -> Iterator[Node]:
    """``_FusedConv2D`` and its like: the contraction, then bias and activation as ``fused_ops`` lists them."""
    name, attributes = node["name"], node.get("attr", {})
    sources = _inputs(node, place)
    steps = [step for step in _texts(attributes.get("fused_ops")) if step != "NoOp"]
    kept = {key: value for key, value in attributes.items() if key not in _OWN_ATTRIBUTES}
    dtype = attributes.get("T", _FLOAT)
    names = [f"{name}/{step}" for step in ("contraction", *steps)]
    names[-1] = name
    rest = sources[2:]
    yield {"name": names[0], "op": _CONTRACTIONS[node["op"]], "input": sources[:2], "attr": kept}
    for before, after, step in zip(names, names[1:], steps, strict=False):
        if step == "BiasAdd" and rest:
            layout = {"data_format": attributes["data_format"]} if "data_format" in attributes else {}
            bias = {
                "name": after,
                "op": "BiasAdd",
                "input": [before, rest.pop(0)],
                "attr": {"T": dtype} | layout,
            }
            yield bias
        elif step == "Prelu" and rest:
            yield from _prelu(after, before, rest.pop(0))
        elif step in _ACTIVATIONS:
            slope = {"alpha": attributes["leakyrelu_alpha"]} if "leakyrelu_alpha" in attributes else {}
            more = slope if step == "LeakyRelu" else {}
            yield {"name": after, "op": step, "input": [before], "attr": {"T": dtype} | more}
        else:
            raise _refusal(f"{node['op']} ({name}) has {step} fused into it", place)
    if rest:
        raise _refusal(f"{node['op']} ({name}) takes {len(sources)} tensors for {steps}", place)


def _prelu(name: str, source: str, alpha: str) -> Iterator[Node]:
    """``relu(x) - alpha relu(-x)``."""
    attributes = {"T": _FLOAT}

    def node(part: str, operation: str, *inputs: str) -> Node:
        return {
            "name": f"{name}/{part}" if part else name,
            "op": operation,
            "input": list(inputs),
            "attr": attributes,
        }

    yield node("above", "Relu", source)
    yield node("negative", "Neg", source)
    yield node("below", "Relu", f"{name}/negative")
    yield node("scaled", "Mul", alpha, f"{name}/below")
    yield node("", "Sub", f"{name}/above", f"{name}/scaled")


def _inputs(node: Node, place: str) -> list[str]:
    """The tensors of a node that is taken apart; the converter leaves none with an input for the order alone."""
    found = node.get("input")
    name = node.get("name")
    if not isinstance(name, str) or not isinstance(found, list) or len(found) < 2:
        raise MigrationError("FMT015", f"{node.get('op')} ({name!r}) lacks a name or inputs", _HINT, place)
    if any(not isinstance(source, str) or source.startswith("^") for source in found):
        raise _refusal(f"{node.get('op')} ({name}) has a control dependency on another operation", place)
    return found


def _texts(attribute: Any) -> list[str]:
    """The values of an attribute that lists texts, which JSON holds in base64."""
    listed = attribute.get("list", {}).get("s", []) if isinstance(attribute, dict) else []
    try:
        return [base64.b64decode(text).decode("utf-8", "replace") for text in listed]
    except (binascii.Error, TypeError, ValueError):
        return [repr(listed)]


def _refusal(what: str, place: str) -> MigrationError:
    return MigrationError("FMT040", f"a TensorFlow.js graph model: {what}", _HINT, place)
