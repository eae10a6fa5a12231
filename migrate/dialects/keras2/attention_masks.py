"""MultiHeadAttention before tf.keras 2.10 took no notice of the mask that comes with its inputs.

Source: ``keras/layers/attention/multi_head_attention.py``, which has ``_compute_attention_mask`` and
``supports_masking`` in 2.10.0 and neither in 2.9.0; measured on files that tf.keras 2.4 and 2.8 wrote.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, map_structure
from migrate.dialects.graph_rewrites import to_functional, unique_name
from migrate.dialects.masks import makes_mask, masked_inputs, may_have_mask
from migrate.dialects.rule import Era, Step, era_semantics, model_rule
from migrate.findings import Rule, Severity

_CLASS = "MultiHeadAttention"
_EXPLICIT = "attention_mask"


@model_rule(
    era_semantics(
        Rule(
            "SIL039",
            "attention-without-mask",
            "MultiHeadAttention ignored the mask of its inputs, but would use it today.",
            Severity.SILENT,
            applies_to="<2.10",
            before="MultiHeadAttention(Embedding(mask_zero=True)(words))",
            after="MultiHeadAttention(1.0 * Embedding(mask_zero=True)(words)): the product carries no mask",
            why="Since tf.keras 2.10, MultiHeadAttention leaves out what the mask of its inputs marks and passes "
            "the mask on. Before, it read the padding like any word, unless the call had an `attention_mask`, and "
            "its output had no mask. tf-keras on the untouched file silently computes different numbers.",
        )
    ),
    Step.KERAS_2,
)
def attention_without_mask(model: Model, era: Era) -> Model:
    """Take the mask off the inputs of each MultiHeadAttention that would see one."""
    return _unmasked(model, frozenset())


def _unmasked(model: Model, masked: frozenset[str]) -> Model:
    """The model, whose inputs named have a mask when it is called."""
    graph = to_functional(model) if model.topology is Topology.SEQUENTIAL else model
    if not masked and not any(makes_mask(layer) for layer in graph.layers):
        return model
    taken = {layer.name for layer in graph.layers}
    pieces = [_pieces(graph, layer, masked, taken) for layer in graph.layers]
    layers = tuple(part for parts in pieces for part in parts)
    if all(new is old for new, old in zip(layers, graph.layers, strict=False)):
        return model
    if model.topology is Topology.SEQUENTIAL:  # its attention can only stand inside nested models
        by_name = {layer.name: layer for layer in layers}
        nested = tuple(
            layer if layer.model is None else replace(layer, model=by_name[layer.name].model)
            for layer in model.layers
        )
        return replace(model, layers=nested)
    return replace(graph, layers=layers)


def _pieces(model: Model, layer: Layer, masked: frozenset[str], taken: set[str]) -> list[Layer]:
    """What stands for a layer: itself where no mask reaches attention through it."""
    if layer.class_name == _CLASS:
        return _taken_off(model, layer, masked, taken)
    if layer.model is None or not _holds_attention(layer.model):
        return [layer]
    inner = _unmasked(layer.model, masked_inputs(model, layer, masked))
    return [layer if inner is layer.model else replace(layer, model=inner)]


def _holds_attention(model: Model) -> bool:
    return any(layer.class_name == _CLASS for _, layer in model.walk())


def _taken_off(model: Model, layer: Layer, masked: frozenset[str], taken: set[str]) -> list[Layer]:
    """The layer behind products that carry no mask, one for each tensor that may."""
    bare: dict[TensorRef, TensorRef] = {}
    parts: list[Layer] = []

    def without(ref: TensorRef) -> Any:
        if ref not in bare:
            if not may_have_mask(model, ref, masked):
                bare[ref] = ref
            else:
                name = unique_name(f"{layer.name}_unmasked", taken)
                taken.add(name)
                product = Node((ref,), {"y": 1.0})
                parts.append(Layer("TFOpLambda", name, {"function": "math.multiply"}, (product,)))
                bare[ref] = TensorRef(name)
        return bare[ref]

    nodes = []
    for node in layer.nodes:
        kwargs = {
            key: value if key == _EXPLICIT else map_structure(value, without)
            for key, value in node.kwargs.items()
        }
        nodes.append(Node(map_structure(node.args, without), kwargs))
    return [*parts, replace(layer, nodes=tuple(nodes))] if parts else [layer]
