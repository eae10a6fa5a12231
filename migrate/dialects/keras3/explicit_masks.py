"""Masks that pass through recurrent layers: later releases of Keras 3 hand them on only where a call names them.

Source: ``RNN``, ``Bidirectional`` and ``TimeDistributed`` of Keras 3.16 (development version of 2026-10-27), which no
longer say ``supports_masking`` (keras-team/keras#23235). Keras writes the mask of a call into the graph of a
Functional model, for calls with one tensor argument; a Sequential model has no graph to write it into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import to_functional, unique_name
from migrate.dialects.masks import makes_mask, may_have_mask, reads_mask_behind
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

_HANDING_ON = frozenset(
    {
        "Bidirectional",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "GRU",
        "LSTM",
        "RNN",
        "SimpleRNN",
        "TimeDistributed",
    }
)
"""Classes that hand a mask on up to 3.15 and no longer from 3.16 on."""
_LISTED = frozenset({"AdditiveAttention", "Attention"})
"""Classes that take their tensors as one list, whose masks Keras does not write into the graph."""


@model_rule(
    Rule(
        "SIL070",
        "mask-through-recurrent",
        "A recurrent layer passes a mask on to a layer that reads it.",
        Severity.SILENT,
        before="Sequential([Embedding(9, 4, mask_zero=True), LSTM(8, return_sequences=True), LSTM(8)])",
        after="LSTM(8)(LSTM(8, return_sequences=True)(words, mask=mask), mask=mask), with mask = not_equal(ids, 0)",
        why="From Keras 3.16 on, recurrent layers stop the mask, and the following layers read the padding: a stack "
        "of two LSTMs written as a Sequential model differs by 100 % and more there, with only a warning. If each "
        "call names its mask, every release from 3.9 on computes the same.",
        references=("keras-team/keras#23235",),
    ),
    Step.KERAS_3,
)
def mask_through_recurrent(model: Model, era: Era) -> Model:
    """Write the model as a graph, in which calls name their masks."""
    if not any(makes_mask(layer) for layer in model.layers) or not _has_inputs(model):
        return model
    graph = to_functional(model)
    behind = {name for layer in graph.layers if _hands_on(graph, layer) for name in _readers(graph, layer)}
    if not behind:
        return model
    taken = {layer.name for layer in graph.layers}
    layers = tuple(
        part
        for layer in graph.layers
        for part in (
            _named(graph, layer, taken) if layer.name in behind and layer.class_name in _LISTED else [layer]
        )
    )
    if model.topology is Topology.FUNCTIONAL and len(layers) == len(model.layers):
        return model
    return replace(graph, layers=layers)


def _has_inputs(model: Model) -> bool:
    """Whether a Sequential model says its input; without one it cannot be built in any form."""
    if model.topology is Topology.FUNCTIONAL:
        return True
    first = model.layers[0]
    return first.class_name == "InputLayer" or first.model is not None


def _hands_on(model: Model, layer: Layer) -> bool:
    return layer.class_name in _HANDING_ON and any(
        may_have_mask(model, ref) for node in layer.nodes for ref in structure_refs(node.args)
    )


def _readers(model: Model, layer: Layer) -> Iterator[str]:
    """Names of layers whose numbers depend on the mask of a layer's output."""
    if any(may_have_mask(model, TensorRef(layer.name, number)) for number in range(len(layer.nodes))):
        yield from reads_mask_behind(model, layer.name)


def _named(model: Model, layer: Layer, taken: set[str]) -> list[Layer]:
    """The layer with the masks of its tensors named in each call."""
    parts: list[Layer] = []

    def mask_of(ref: TensorRef) -> TensorRef | None:
        if not may_have_mask(model, ref):
            return None
        name = unique_name(f"{layer.name}_mask", taken)
        taken.add(name)
        parts.append(Layer("Op", name, {"function": "composite.mask_of"}, (Node((ref,)),)))
        return TensorRef(name)

    nodes = []
    for node in layer.nodes:
        given = node.args[0] if node.args else None
        if isinstance(given, list | tuple) and node.kwargs.get("mask") is None:
            # Query and value; the key has no mask of its own.
            masks = [mask_of(ref) for ref in given[:2]]
            nodes.append(Node(node.args, {**node.kwargs, "mask": masks}))
        else:
            nodes.append(node)
    return [*parts, replace(layer, nodes=tuple(nodes))]
