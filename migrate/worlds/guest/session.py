"""Graphs run the way a server runs them: loaded into a session, fed and fetched by the names of tensors.

The way for what ``tf.saved_model.load`` cannot express in Python: signature keys that are Python keywords, graphs
without signatures. Runs inside a world: TensorFlow is imported when called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.capsule.store import save_arrays
from migrate.formats.saved_model.names import PROTO
from migrate.worlds.guest.layouts import session_config
from migrate.worlds.guest.runner import cases_of, to_numpy

_STATEFUL = "Assign"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Tensors of one signature: key to ``TensorInfo``-like triples (tensor name, dtype, shape)."""

    inputs: Mapping[str, tuple[str, str, list[int | None] | None]]
    outputs: Mapping[str, tuple[str, str, list[int | None] | None]]


class GraphSession:
    """A graph in a session of its own, its variables and tables initialised.

    Attributes:
        endpoints: name to the tensors of each signature.
        stateful: whether any node changes variables; then a fresh session serves each case.
    """

    def __init__(self, path: str, tags: list[str] | None = None) -> None:
        self._path, self._tags = path, ["serve"] if tags is None else tags
        self._session, self.endpoints = self._open()
        graph = self._session.graph.as_graph_def()
        functions = (node for f in graph.library.function for node in f.node_def)
        self.stateful = any(node.op.startswith(_STATEFUL) for node in functions)

    def _open(self) -> tuple[Any, dict[str, Endpoint]]:
        import tensorflow as tf

        v1 = tf.compat.v1
        config = session_config((Path(self._path) / PROTO).read_bytes())
        session = v1.Session(graph=tf.Graph(), config=config)
        with session.graph.as_default():
            meta = v1.saved_model.load(session, self._tags, self._path)
        endpoints = {
            name: Endpoint(_tensors(signature.inputs), _tensors(signature.outputs))
            for name, signature in meta.signature_def.items()
            if not name.startswith("__")
        }
        return session, endpoints

    def describe(self, orders: Mapping[str, Mapping[str, list[str]]]) -> dict[str, Any]:
        """Inputs and outputs of every signature, keys in the given order."""
        described: dict[str, Any] = {}
        for name, endpoint in self.endpoints.items():
            order = orders.get(name, {})
            described[name] = {
                side: [
                    {"name": key, "shape": tensors[key][2], "dtype": tensors[key][1]}
                    for key in order.get(side, sorted(tensors))
                ]
                for side, tensors in (("inputs", endpoint.inputs), ("outputs", endpoint.outputs))
            }
            described[name]["stateful"] = self.stateful
        return described

    def call(self, params: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
        """Run ``signature`` on every case of ``probes``; the parameters of ``signatures.call_signature``."""
        endpoint = self.endpoints[params["signature"]]
        fetches = [endpoint.outputs[key][0] for key in params["outputs"]]
        results = {}
        for number, arrays in enumerate(cases_of(Path(params["probes"]))):
            session = self._open()[0] if self.stateful else self._session
            feeds = {
                endpoint.inputs[key][0]: array for key, array in zip(params["inputs"], arrays, strict=True)
            }
            for position, output in enumerate(session.run(fetches, feeds)):
                results[f"{number}/{position}"] = to_numpy(output)
        out = scratch / params["out"]
        save_arrays(out, results)
        return {"file": str(out)}


def _tensors(infos: Mapping[str, Any]) -> dict[str, tuple[str, str, list[int | None] | None]]:
    import tensorflow as tf

    return {
        key: (info.name, tf.as_dtype(info.dtype).name, shape_of(info.tensor_shape))
        for key, info in infos.items()
    }


def shape_of(proto: Any) -> list[int | None] | None:
    """A ``TensorShapeProto``: None for free sizes, None altogether for an unknown rank."""
    if proto.unknown_rank:
        return None
    return [None if d.size < 0 else int(d.size) for d in proto.dim]
