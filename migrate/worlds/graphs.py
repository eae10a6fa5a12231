"""Frozen graphs: a ``GraphDef`` alone, whose placeholders and unused results are its signature.

Runs inside a world: TensorFlow is imported when called.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrate.capsule.store import save_arrays
from migrate.findings import MigrationError
from migrate.worlds.runner import cases_of, to_numpy
from migrate.worlds.session import shape_of

_VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})
_NO_RESULT = frozenset({"NoOp", "Assert", "Const", "Placeholder"})


def read_graph(path: str) -> Any:
    """The ``GraphDef`` of a file.

    Raises:
        MigrationError: ``FMT018``.
    """
    from google.protobuf import text_format  # type: ignore[import-untyped]
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorflow.core.framework import graph_pb2

    data = Path(path).read_bytes()
    graph = graph_pb2.GraphDef()
    try:
        if data.lstrip().startswith(b"node {"):
            text_format.Parse(data, graph)
        else:
            graph.ParseFromString(data)
    except (DecodeError, text_format.ParseError) as error:
        raise MigrationError("FMT018", f"the graph cannot be read: {error}") from error
    return graph


def described(graph: Any) -> dict[str, Any]:
    """Inputs and outputs, as a signature is described; ``tensor`` tells where each is."""
    import tensorflow as tf

    names = _keys([node.name for node in graph.node])
    used = {source.lstrip("^").split(":")[0] for node in graph.node for source in node.input}
    inputs = [
        {
            "name": names[node.name],
            "tensor": f"{node.name}:0",
            "dtype": tf.as_dtype(node.attr["dtype"].type).name,
            "shape": shape_of(node.attr["shape"].shape),
        }
        for node in graph.node
        if node.op == "Placeholder"
    ]
    with tf.Graph().as_default() as imported:
        tf.graph_util.import_graph_def(graph, name="")
        outputs = [
            {
                "name": names[op.name],
                "tensor": t.name,
                "dtype": t.dtype.name,
                "shape": shape_of(t.shape.as_proto()),
            }
            for op in imported.get_operations()
            if op.name not in used and op.type not in _NO_RESULT
            for t in op.outputs[:1]
        ]
    return {"inputs": inputs, "outputs": outputs, "stateful": False}


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


def load_graph(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Describe the graph of ``path``.

    Raises:
        MigrationError: ``FMT028`` when it is not frozen: an Estimator's ``graph.pbtxt`` has variables without values.
    """
    graph = read_graph(params["path"])
    variable = next((node.name for node in graph.node if node.op in _VARIABLES), None)
    if variable is not None:
        raise MigrationError(
            "FMT028",
            f"the graph holds no values: {variable!r} is a variable, not a constant",
            "Give the checkpoint that belongs to it with --architecture, or the SavedModel that was exported.",
            place=variable,
        )
    return described(graph)


def predict_graph(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Outputs of the graph of ``path`` for every case of ``probes``."""
    import tensorflow as tf

    graph = read_graph(params["path"])
    ends = described(graph)
    results = {}
    with tf.Graph().as_default() as imported, tf.compat.v1.Session(graph=imported) as session:
        tf.graph_util.import_graph_def(graph, name="")
        for number, arrays in enumerate(cases_of(Path(params["probes"]))):
            feeds = {e["tensor"]: array for e, array in zip(ends["inputs"], arrays, strict=True)}
            for position, output in enumerate(session.run([e["tensor"] for e in ends["outputs"]], feeds)):
                results[f"{number}/{position}"] = to_numpy(output)
    out = scratch / params["out"]
    save_arrays(out, results)
    return {"file": str(out)}


HANDLERS = {"load_graph": load_graph, "predict_graph": predict_graph}
