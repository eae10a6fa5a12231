"""Graphs alone: a frozen ``GraphDef``, or the graph model of TensorFlow.js that was made of one.

Placeholders and unused results are the signature of what states none.

Runs inside a world: TensorFlow is imported when called.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.capsule.ends import Signature, TensorSpec
from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.tfjs_graph import read_tfjs_graph
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.contracts.saved_models import DescribedGraph, LoadGraph, PredictGraph
from migrate.worlds.guest.framework_types import GraphDef, Proto
from migrate.worlds.guest.layouts import channels_first_ops, session_config
from migrate.worlds.guest.runner import cases_of, to_numpy, write_arrays
from migrate.worlds.guest.session import shape_of

_VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})
_NO_RESULT = frozenset({"NoOp", "Assert", "Const", "Placeholder"})


@dataclass(frozen=True, slots=True)
class BareGraph:
    """A graph and its ends.

    Attributes:
        graph_def: the ``GraphDef``, its weights constants.
        ends: inputs and outputs, each with its place.
        channels_first: operations that processors run only turned.
    """

    graph_def: GraphDef
    ends: Signature
    channels_first: list[str]


def read_graph(path: Path) -> BareGraph:
    """The graph of a file.

    Raises:
        MigrationError: ``FMT018``, ``FMT028`` for variables without values, and what
            `migrate.formats.tfjs_graph.read_tfjs_graph` raises.
    """
    signature = None
    if identify(path).format is Format.TFJS_GRAPH:
        graph_def, signature = _converted(path)
    else:
        graph_def = _parsed(path.read_bytes())
    variable = next((node.name for node in graph_def.node if node.op in _VARIABLES), None)
    if variable is not None:
        raise MigrationError(
            "FMT028",
            f"the graph contains no values: {variable!r} is a variable, not a constant",
            "Pass the checkpoint that belongs to it with --architecture, or migrate the exported SavedModel.",
            place=variable,
        )
    ends = _told(graph_def) if signature is None else _stated(graph_def, signature)
    return BareGraph(graph_def, ends, channels_first_ops(graph_def))


def _parsed(data: bytes) -> GraphDef:
    from google.protobuf import text_format  # type: ignore[import-untyped]
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorflow.core.framework import graph_pb2

    graph: GraphDef = graph_pb2.GraphDef()
    try:
        if data.lstrip().startswith(b"node {"):
            text_format.Parse(data, graph)
        else:
            graph.ParseFromString(data)
    except (DecodeError, text_format.ParseError) as error:
        raise MigrationError("FMT018", f"the graph cannot be read: {error}") from error
    return graph


def _converted(path: Path) -> tuple[GraphDef, _Stated | None]:
    """Graph and signature of a TensorFlow.js graph model; the latter is None where it states none."""
    from google.protobuf import json_format
    from tensorflow.core.framework import graph_pb2
    from tensorflow.core.protobuf import meta_graph_pb2

    read = read_tfjs_graph(path)
    graph, signature = graph_pb2.GraphDef(), meta_graph_pb2.SignatureDef()
    try:
        json_format.ParseDict(read.graph, graph, ignore_unknown_fields=True)
        json_format.ParseDict(read.signature or {}, signature, ignore_unknown_fields=True)
    except json_format.ParseError as error:
        raise MigrationError("FMT018", f"the graph cannot be read: {error}") from error
    for node in (*graph.node, *(node for body in graph.library.function for node in body.node_def)):
        if node.op == "Const" and node.name in read.constants:
            _fill(node, read.constants[node.name])
    return graph, read.signature and _in_order(signature, read.signature)


def _fill(node: Proto, value: Array) -> None:
    """Put the value of a constant back; the manifest has 64-bit ones with 32 bits."""
    import tensorflow as tf

    dtype = tf.as_dtype(node.attr["dtype"].type)
    if not (dtype.is_floating or dtype.is_integer or dtype.is_bool):
        raise MigrationError(
            "FMT018", f"the constant {node.name!r} is {dtype.name}, its value {value.dtype}", place=node.name
        )
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value.astype(dtype.as_numpy_dtype), dtype))


_Stated = Mapping[str, Sequence[tuple[str, Proto]]]
"""``inputs`` and ``outputs`` of a signature: keys and the ``TensorInfo`` of each."""


def _in_order(signature: Proto, stated: Mapping[str, Iterable[str]]) -> _Stated:
    """Inputs and outputs by key, in the order of the file, in which TensorFlow.js takes and gives them."""
    return {
        "inputs": [(key, signature.inputs[key]) for key in stated.get("inputs", {})],
        "outputs": [(key, signature.outputs[key]) for key in stated["outputs"]],
    }


def _stated(graph: GraphDef, signature: _Stated) -> Signature:
    """The ends that a file names itself."""
    nodes = {node.name for node in graph.node}
    return Signature(_side(nodes, signature["inputs"]), _side(nodes, signature["outputs"]), stateful=False)


def _side(nodes: set[str], entries: Sequence[tuple[str, Proto]]) -> tuple[TensorSpec, ...]:
    import tensorflow as tf

    keys = _keys([key for key, _ in entries])
    found = []
    for key, info in entries:
        tensor = info.name if ":" in info.name else f"{info.name}:0"
        if tensor.rpartition(":")[0] not in nodes:
            raise MigrationError("FMT018", f"the signature names {key!r}, which the graph does not have")
        dtype = tf.as_dtype(info.dtype).name
        found.append(TensorSpec(keys[key], shape_of(info.tensor_shape), dtype, tensor))
    return tuple(found)


def _told(graph: GraphDef) -> Signature:
    """The ends of a graph that names none: placeholders, and results that nobody takes."""
    import tensorflow as tf

    names = _keys([node.name for node in graph.node])
    used = {source.lstrip("^").split(":")[0] for node in graph.node for source in node.input}
    inputs = tuple(
        TensorSpec(
            names[node.name],
            shape_of(node.attr["shape"].shape),
            tf.as_dtype(node.attr["dtype"].type).name,
            f"{node.name}:0",
        )
        for node in graph.node
        if node.op == "Placeholder"
    )
    with tf.Graph().as_default() as imported:
        tf.graph_util.import_graph_def(graph, name="")
        outputs = tuple(
            TensorSpec(names[op.name], shape_of(t.shape.as_proto()), t.dtype.name, t.name)
            for op in imported.get_operations()
            if op.name not in used and op.type not in _NO_RESULT
            for t in op.outputs[:1]
        )
    return Signature(inputs, outputs, stateful=False)


def _keys(names: Sequence[str]) -> dict[str, str]:
    """A key for each node that arguments and layers can have: ``tower/image`` becomes ``tower_image``."""
    keys: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W", "_", name).lstrip("_0123456789") or "node"
        candidate, number = plain, 1
        while candidate in keys.values() or keyword.iskeyword(candidate):
            candidate, number = f"{plain}_{number}", number + 1
        keys[name] = candidate
    return keys


def load_graph(call: LoadGraph, scratch: Path) -> DescribedGraph:
    """Describe a graph.

    Raises:
        MigrationError: what `read_graph` raises.
    """
    graph = read_graph(call.path)
    return DescribedGraph(graph.ends, graph.channels_first)


def predict_graph(call: PredictGraph, scratch: Path) -> ArraysFile:
    """Outputs of a graph for every case."""
    import tensorflow as tf

    graph = read_graph(call.path)
    outputs = [entry.tensor for entry in graph.ends.outputs]
    results = {}
    config = session_config(graph.graph_def.SerializeToString())
    with tf.Graph().as_default() as imported, tf.compat.v1.Session(graph=imported, config=config) as session:
        tf.graph_util.import_graph_def(graph.graph_def, name="")
        for number, arrays in enumerate(cases_of(call.probes)):
            feeds = {e.tensor: array for e, array in zip(graph.ends.inputs, arrays, strict=True)}
            for position, output in enumerate(session.run(outputs, feeds)):
                results[f"{number}/{position}"] = to_numpy(output)
    return write_arrays(scratch / call.out, results)
