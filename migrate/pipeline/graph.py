"""The graph of a layer model as plain rows, for comparing it with another one."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.capsule.model import Model, Topology
from migrate.results import GraphLayer


def graph_of(model: Model) -> list[GraphLayer]:
    """Every layer with its inputs, the layers of a nested model directly after it.

    Wrapped layers (a cell, the layer below ``TimeDistributed``) belong to their owner and have no row.
    """
    return list(_rows(model, ""))


def _rows(model: Model, above: str) -> Iterator[GraphLayer]:
    before = ""
    for layer in model.layers:
        path = f"{above}{layer.name}"
        if model.topology is Topology.SEQUENTIAL:
            inputs = [before] if before else []
        else:
            inputs = list(dict.fromkeys(f"{above}{ref.layer}" for node in layer.nodes for ref in node.refs()))
        yield GraphLayer(path, layer.class_name, inputs)
        if layer.model is not None:
            yield from _rows(layer.model, f"{path}/")
        before = path
