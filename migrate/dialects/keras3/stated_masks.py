"""Recurrent layers that are given states: Keras 3 hands them no mask along.

Source: ``Layer.__call__`` of ``keras/src/layers/layer.py`` of 3.15, which fills in ``mask`` for calls with one tensor
argument alone, and ``base_layer.py`` of 2.15, which takes it from the first argument whatever else is given.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, Node, TensorRef
from migrate.dialects.graph_rewrites import unique_name
from migrate.dialects.masks import may_have_mask
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

_RECURRENT = frozenset(
    {"Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN"}
)
_BESIDE = ("initial_state", "constants")


@model_rule(
    Rule(
        "SIL045",
        "mask-beside-states",
        "A recurrent layer reads a masked sequence and has initial states.",
        Severity.SILENT,
        before="LSTM(3)(Embedding(9, 4, mask_zero=True)(ids), initial_state=[h, c])",
        after="LSTM(3)(words, initial_state=[h, c], mask=not_equal(ids, 0))",
        why="Every encoder-decoder model over padded text has such a call. Keras 3 passes the mask of a tensor to a "
        "layer only if the tensor is its only argument, so that the layer silently reads the padding.",
    ),
    Step.KERAS_3,
)
def mask_beside_states(model: Model, era: Era) -> Model:
    """Name the mask in each call that has states, or constants, beside the sequence."""
    taken = {layer.name for layer in model.layers}
    layers: list[Layer] = []
    for layer in model.layers:
        nodes: list[Node] = []
        for node in layer.nodes:
            if layer.class_name in _RECURRENT and _loses_mask(model, node):
                name = unique_name(f"{layer.name}_mask", taken)
                taken.add(name)
                layers.append(Layer("Op", name, {"function": "composite.mask_of"}, (Node((node.args[0],)),)))
                nodes.append(Node(node.args, {**node.kwargs, "mask": TensorRef(name)}))
            else:
                nodes.append(node)
        named = any(new is not old for new, old in zip(nodes, layer.nodes, strict=True))
        layers.append(replace(layer, nodes=tuple(nodes)) if named else layer)
    return model if len(layers) == len(model.layers) else replace(model, layers=tuple(layers))


def _loses_mask(model: Model, node: Node) -> bool:
    source = node.args[0] if node.args else None
    beside = any(node.kwargs.get(name) for name in _BESIDE)
    if not beside or node.kwargs.get("mask") is not None or not isinstance(source, TensorRef):
        return False
    return may_have_mask(model, source)
