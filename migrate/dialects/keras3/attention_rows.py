"""Queries that are masked altogether: Keras 2 spreads their attention evenly, one way of Keras 3 gives zeros.

Source: ``call`` of ``keras/layers/activation/softmax.py`` of 2.15, which adds -1e9 where the mask is false, and of
``keras/src/layers/activations/softmax.py`` of 3.15, which sets what is masked to zero afterwards. With no dropout and
no scores asked for, Keras 3 goes by ``ops.dot_product_attention``, which agrees with Keras 2.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, Topology
from migrate.dialects.graph_rewrites import to_functional
from migrate.dialects.masks import makes_mask, masked_inputs, may_have_mask
from migrate.dialects.rule import Era, Notes, Step, noting_model_rule
from migrate.findings import Finding, Rule, Severity

_CLASS = "MultiHeadAttention"
_PIECE = "MultiHeadAttentionKeras2"


@noting_model_rule(
    Rule(
        "SIL040",
        "attention-of-masked-queries",
        "MultiHeadAttention with dropout gets masked queries.",
        Severity.SILENT,
        applies_to=">=2.10",
        before='{"class_name": "MultiHeadAttention", "config": {"dropout": 0.1, …}} behind an Embedding with '
        "`mask_zero`",
        after='{"class_name": "keras_migrate>MultiHeadAttentionKeras2", …}',
        why="A padded query sees no step at all. Keras 2 then attended to all steps evenly; Keras 3 returns zeros, "
        "if the layer has dropout or returns its scores, and the same as Keras 2 otherwise. After a sum with `+`, "
        "which loses the mask, the padding has an effect. A layer in `custom_objects.py` adds the mask as Keras 2 "
        "did.",
    ),
    Step.KERAS_3,
)
def attention_of_masked_queries(model: Model, era: Era, notes: Notes) -> Model:
    """Use a layer of our own where Keras 3 would give zeros; elsewhere say up to which scores it is the same."""
    return _changed(model, frozenset(), notes)


def _changed(model: Model, masked: frozenset[str], notes: Notes) -> Model:
    graph = to_functional(model) if model.topology is Topology.SEQUENTIAL else model
    if not masked and not any(makes_mask(layer) for layer in graph.layers):
        return model
    layers = tuple(_layer(graph, layer, masked, notes) for layer in model.layers)
    if all(new is old for new, old in zip(layers, model.layers, strict=True)):
        return model
    return replace(model, layers=layers)


def _layer(graph: Model, layer: Layer, masked: frozenset[str], notes: Notes) -> Layer:
    calls = graph.layer(layer.name)
    if layer.model is not None:
        inner = _changed(layer.model, masked_inputs(graph, calls, masked), notes)
        return layer if inner is layer.model else replace(layer, model=inner)
    if layer.class_name != _CLASS or layer.registered_name:
        return layer
    queries = [node.args[0] for node in calls.nodes]
    if not any(isinstance(q, TensorRef) and may_have_mask(graph, q, masked) for q in queries):
        return layer
    if not _gives_zeros(layer):
        said = Finding(
            "PAR012",
            Severity.WARNING,
            "a fully masked query attends to all steps evenly, in Keras 2 only while its scores are within 32",
            "No action is needed if the following layers respect the mask.",
            layer.name,
        )
        if said not in notes.findings:
            notes.findings.append(said)
        return layer
    return replace(layer, class_name=_PIECE, registered_name=f"keras_migrate>{_PIECE}")


def _gives_zeros(layer: Layer) -> bool:
    scores = any(node.kwargs.get("return_attention_scores") for node in layer.nodes)
    axes = layer.config.get("attention_axes")
    return bool(layer.config.get("dropout")) or scores or (isinstance(axes, list) and len(axes) > 1)
