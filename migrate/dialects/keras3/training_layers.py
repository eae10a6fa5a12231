"""Layers that exist for training alone."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, Topology, structure_refs
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

_ENDPOINTS = frozenset({"AddLoss", "AddMetric"})


@model_rule(
    Rule(
        "CFG088",
        "added-losses",
        "Losses or metrics were added to the graph.",
        Severity.WARNING,
        applies_to=">=2.2",
        before='{"class_name": "AddLoss", "config": {"unconditional": false}, …}',
        after="left out, with the operations that only it used",
        why="`model.add_loss(tensor)` and `add_metric` created layers at the end of the graph, which Keras 3 does "
        "not have (`Could not locate class 'AddLoss'`). Outputs do not depend on them. To continue training, add "
        "the loss again, in a layer's `call` or in `train_step`.",
    ),
    Step.KERAS_2,  # before the legacy world rebuilds the model: their counters have no place in it
)
def added_losses(model: Model, era: Era) -> Model:
    """Leave out such layers, and what computed their inputs and nothing else."""
    if model.topology is not Topology.FUNCTIONAL:
        return model
    kept = [layer for layer in model.layers if layer.class_name not in _ENDPOINTS]
    if len(kept) == len(model.layers):
        return model
    outputs = {ref.layer for structure in (model.inputs, model.outputs) for ref in structure_refs(structure)}
    while True:
        used = outputs | {ref.layer for layer in kept for node in layer.nodes for ref in node.refs()}
        left = [layer for layer in kept if layer.name in used or _holds_weights(layer)]
        if len(left) == len(kept):
            return replace(model, layers=tuple(kept))
        kept = left


def _holds_weights(layer: Layer) -> bool:
    return bool(layer.weights) or bool(layer.children) or layer.model is not None
