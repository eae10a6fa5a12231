"""Inputs of a Keras 1 model that are named after the wrong layer.

Source: ``linear`` in ``keras/activations.py`` and ``Container`` in ``keras/engine/topology.py`` of 1.2.2.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, Topology, map_structure
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity


@model_rule(
    Rule(
        "CFG115",
        "input-behind-identity",
        "An input of the model is stored as the output of a linear Activation.",
        Severity.ERROR,
        applies_to="<2",
        before='"input_layers": [["activation_9", 0, 0]], where activation_9 is linear and takes the InputLayer "line"',
        after='"input_layers": [["line", 0, 0]]',
        why="A linear activation of Keras 1 answers with the tensor that it was given and puts its own name on it. "
        "Called on "
        "an Input, it becomes the model's input in the file.",
    ),
    Step.GRAMMAR,
)
def input_behind_identity(model: Model, era: Era) -> Model:
    """Follow the identity back to the InputLayer."""
    if model.topology is not Topology.FUNCTIONAL:
        return model
    layers = {layer.name: layer for layer in model.layers}

    def source(ref: TensorRef) -> TensorRef:
        layer = layers[ref.layer]
        while layer.class_name != "InputLayer" and _is_identity(layer):
            (ref,) = layer.nodes[0].refs()
            layer = layers[ref.layer]
        return ref

    inputs = map_structure(model.inputs, source)
    return model if inputs == model.inputs else replace(model, inputs=inputs)


def _is_identity(layer: Layer) -> bool:
    return (
        layer.class_name == "Activation"
        and layer.config.get("activation") == "linear"
        and len(layer.nodes) == 1
    )
