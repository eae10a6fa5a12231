"""Graphs run the way a server runs them: loaded into a session, fed and fetched by the names of tensors.

The way for what ``tf.saved_model.load`` cannot express in Python: signature keys that are Python keywords, graphs
without signatures. Runs inside a world: TensorFlow is imported when called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from migrate.capsule.ends import Signature, TensorSpec
from migrate.formats.saved_model.names import PROTO
from migrate.worlds.contracts.models import ArraysFile
from migrate.worlds.contracts.saved_models import Orders, PredictSignature
from migrate.worlds.guest.framework_types import Proto, Session
from migrate.worlds.guest.layouts import session_config
from migrate.worlds.guest.runner import cases_of, to_numpy, write_arrays

_STATEFUL = "Assign"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Tensors of one signature, by key."""

    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]


class GraphSession:
    """A graph in a session of its own, its variables and tables initialised.

    Attributes:
        endpoints: name to the tensors of each signature.
        stateful: whether any node changes variables; then a fresh session serves each case.
    """

    def __init__(self, path: Path, tags: list[str]) -> None:
        self._path, self._tags = str(path), tags
        self._session, self.endpoints = self._open()
        graph = self._session.graph.as_graph_def()
        functions = (node for f in graph.library.function for node in f.node_def)
        self.stateful = any(node.op.startswith(_STATEFUL) for node in functions)

    def _open(self) -> tuple[Session, dict[str, Endpoint]]:
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

    def describe(self, orders: Orders) -> dict[str, Signature]:
        """Inputs and outputs of every signature, keys in the given order."""
        return {
            name: Signature(
                _specs(endpoint.inputs, orders.get(name, {}).get("inputs")),
                _specs(endpoint.outputs, orders.get(name, {}).get("outputs")),
                self.stateful,
            )
            for name, endpoint in self.endpoints.items()
        }

    def call(self, asked: PredictSignature, scratch: Path) -> ArraysFile:
        """Run a signature on every case."""
        endpoint = self.endpoints[asked.signature]
        fetches = [endpoint.outputs[key].tensor for key in asked.outputs]
        results = {}
        for number, arrays in enumerate(cases_of(asked.probes)):
            session = self._open()[0] if self.stateful else self._session
            feeds = {
                endpoint.inputs[key].tensor: array for key, array in zip(asked.inputs, arrays, strict=True)
            }
            for position, output in enumerate(session.run(fetches, feeds)):
                results[f"{number}/{position}"] = to_numpy(output)
        return write_arrays(scratch / asked.out, results)


def _specs(tensors: Mapping[str, TensorSpec], order: list[str] | None) -> tuple[TensorSpec, ...]:
    """Tensors in an order of keys; where they are in the graph is nobody else's matter."""
    keys = sorted(tensors) if order is None else order
    return tuple(msgspec.structs.replace(tensors[key], tensor="") for key in keys)


def _tensors(infos: Mapping[str, Proto]) -> dict[str, TensorSpec]:
    import tensorflow as tf

    return {
        key: TensorSpec(key, shape_of(info.tensor_shape), tf.as_dtype(info.dtype).name, info.name)
        for key, info in infos.items()
    }


def shape_of(proto: Proto) -> tuple[int | None, ...] | None:
    """A ``TensorShapeProto``: None for free sizes, None altogether for an unknown rank."""
    if proto.unknown_rank:
        return None
    return tuple(None if d.size < 0 else int(d.size) for d in proto.dim)
