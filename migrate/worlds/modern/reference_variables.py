"""TF1 graphs hold reference variables, which TensorFlow 2 can run but not write again.

The graph is imported with every variable read from a resource variable instead, so that the exported archive
owns its weights (tensorflow/tensorflow#42425). Only what a signature's outputs need is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tensorflow.core.framework import graph_pb2

from migrate.findings import MigrationError

_VARIABLE_OPS = frozenset({"Variable", "VariableV2"})
_UPDATES = frozenset({"Assign", "AssignAdd", "AssignSub", "ScatterUpdate", "ScatterAdd", "ScatterSub"})
_TABLES = frozenset({"HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2"})


class Lifted(tf.Module):
    """The signatures of a TF1 graph over resource variables."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.weights = [tf.Variable(value, name=name) for name, value in values.items()]
        self.by_name = dict(zip(values, self.weights, strict=True))


def reexport_tf1(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Write ``path`` to ``saved_model`` in the scratch folder, keeping the signatures of ``orders``.

    Raises:
        MigrationError: ``EXP006`` for a signature that updates variables or needs a lookup table.
    """
    graph_def, signatures, values = _load(params["path"], params["tags"])
    module = Lifted(values)
    archive = keras.export.ExportArchive()
    archive.track(module)
    names = sorted(signatures, key=lambda name: name != "serving_default")
    for name in names:
        function, specs = _endpoint(module, graph_def, signatures[name], params["orders"][name], name)
        archive.add_endpoint(name, function, input_signature=specs)
    out = scratch / "saved_model"
    archive.write_out(str(out), verbose=False)
    return {"saved_model": str(out), "signatures": names, "variables": len(values)}


def _load(path: str, tags: list[str]) -> tuple[graph_pb2.GraphDef, dict[str, Any], dict[str, Any]]:
    """The graph, its signature definitions, and the values of its variables by op name."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        meta = v1.saved_model.load(session, tags, path)
        variables = {v.op.name: v for v in v1.global_variables() if v.op.type in _VARIABLE_OPS}
        values = session.run(variables)
        signatures = {n: s for n, s in meta.signature_def.items() if not n.startswith("__")}
        return session.graph.as_graph_def(), signatures, values


def _endpoint(
    module: Lifted,
    graph_def: graph_pb2.GraphDef,
    signature: Any,
    order: Mapping[str, list[str]],
    name: str,
) -> tuple[Any, list[tf.TensorSpec]]:
    inputs = {key: signature.inputs[key] for key in order["inputs"]}
    outputs = {key: signature.outputs[key].name for key in order["outputs"]}
    pruned = _pruned(graph_def, [n.split(":")[0] for n in outputs.values()], name)
    read = [node.name for node in pruned.node if node.op in _VARIABLE_OPS]
    for node in pruned.node:
        if node.op in _VARIABLE_OPS:
            _become_placeholder(node)
    present = {node.name for node in pruned.node}
    specs = [
        tf.TensorSpec(_shape(info.tensor_shape), tf.as_dtype(info.dtype), name=key)
        for key, info in inputs.items()
    ]

    def call(*tensors: Any) -> dict[str, Any]:
        mapping = {f"{v}:0": module.by_name[v].read_value() for v in read}
        for tensor, info in zip(tensors, inputs.values(), strict=True):
            if info.name.split(":")[0] in present:
                mapping[info.name] = tensor
        results = tf.graph_util.import_graph_def(
            pruned, input_map=mapping, return_elements=list(outputs.values()), name=""
        )
        return dict(zip(outputs, results, strict=True))

    return call, specs


def _pruned(graph_def: graph_pb2.GraphDef, outputs: list[str], signature: str) -> graph_pb2.GraphDef:
    pruned = tf.compat.v1.graph_util.extract_sub_graph(graph_def, outputs)
    for node in pruned.node:
        if node.op in _UPDATES or node.op in _TABLES:
            kind = "updates its variables" if node.op in _UPDATES else "needs a lookup table"
            raise MigrationError(
                "EXP006",
                f"signature {signature!r} {kind} ({node.op} {node.name!r}), which a TF1 graph with reference "
                "variables cannot be exported with",
                "Serve the old SavedModel as it is, or save it again from TensorFlow 2 code.",
                place=node.name,
            )
    return pruned


def _become_placeholder(node: Any) -> None:
    dtype, shape = node.attr["dtype"], node.attr["shape"]
    kept = {"dtype": dtype, "shape": shape}
    node.op = "Placeholder"
    for key in [k for k in node.attr if k not in kept]:
        del node.attr[key]


def _shape(proto: Any) -> Any:
    if proto.unknown_rank:
        return None
    return [None if d.size < 0 else d.size for d in proto.dim]


HANDLERS = {"reexport_tf1": reexport_tf1}
