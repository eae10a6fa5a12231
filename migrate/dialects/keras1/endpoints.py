"""Inputs of a Keras 1 model that are named after the wrong layer.

Source: ``linear`` in ``keras/activations.py``, ``Layer.call`` and ``Container`` in ``keras/engine/topology.py``, and
``call`` in ``keras/layers/core.py`` and ``noise.py`` of 1.2.2.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, Topology, map_structure
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

_DROPOUTS = ("Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")


@model_rule(
    Rule(
        "CFG115",
        "input-behind-identity",
        "An input of the model is stored as the output of a layer that passes its input through.",
        Severity.ERROR,
        applies_to="<2",
        before='"input_layers": [["activation_9", 0, 0]], where activation_9 is linear and takes the InputLayer "line"',
        after='"input_layers": [["line", 0, 0]]',
        why="A linear Activation, an ActivityRegularization and a Dropout of rate 0 returned in Keras 1 the very "
        "tensor that they received, and put their own name on it. Called on an Input, they become the model's input "
        "in the file.",
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
    """Whether Keras 1 answers with the very tensor that the layer was called on."""
    if len(layer.nodes) != 1:
        return False
    if layer.class_name in _DROPOUTS:
        return not 0.0 < float(layer.config.get("p") or 0.0) < 1.0
    linear = layer.class_name == "Activation" and layer.config.get("activation") == "linear"
    return linear or layer.class_name == "ActivityRegularization"
