"""``BatchNormalization`` of Keras 1 had three modes; Keras 2 kept the first.

Source: ``keras/layers/normalization.py`` of 1.2.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, structure_refs
from migrate.dialects.graph_rewrites import Fragment, replace_by_graph, to_functional
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import MigrationError, Rule, Severity


@model_rule(
    Rule(
        "CFG114",
        "batch-normalization-mode",
        "A BatchNormalization layer has a mode.",
        Severity.SILENT,
        applies_to="<2",
        before='{"class_name": "BatchNormalization", "config": {"mode": 2, "axis": -1}}',
        after="the mean and variance of the batch, subtracted and divided by, then gamma and beta in an "
        "EinsumDense layer",
        why="Mode 0 is what Keras 2 does, and the argument is dropped. Mode 1 normalises each sample over its last "
        "axis and divides by the standard deviation plus epsilon. Mode 2 uses the statistics of the current batch, "
        "in inference too. Neither exists in Keras 2 or 3, so they are written out; gamma and beta stay trainable "
        "weights.",
    ),
    Step.KERAS_1,
)
def batch_normalization_mode(model: Model, era: Era) -> Model:
    """Leave out mode 0, write out the others.

    Raises:
        MigrationError: ``CFG105`` when the rank of the input or the weights are not known.
    """
    layers = tuple(_without_mode(layer) for layer in model.layers)
    if any(new is not old for new, old in zip(layers, model.layers, strict=True)):
        model = replace(model, layers=layers)
    for layer in model.layers:
        if layer.class_name != "BatchNormalization" or not layer.config.get("mode"):
            continue
        model = to_functional(model)
        owner = model.layer(layer.name)
        shape = infer_shapes(model).get(next(iter(structure_refs(owner.nodes[0].args))))
        if shape is None or "gamma" not in owner.weights:
            raise MigrationError(
                "CFG105",
                f"the input shape of BatchNormalization {layer.name!r} (mode {layer.config['mode']}) is unknown",
                "Replace the layer in the source by one with mode 0 or by LayerNormalization.",
                place=layer.name,
            )
        model = replace_by_graph(model, layer.name, _written_out(owner, shape).parts)
    return model


def _without_mode(layer: Layer) -> Layer:
    inner = {attribute: _without_mode(child) for attribute, child in layer.children.items()}
    if any(inner[attribute] is not child for attribute, child in layer.children.items()):
        layer = replace(layer, children=inner)
    if layer.class_name == "BatchNormalization" and layer.config.get("mode", 1) == 0:
        return layer.with_config(drop=("mode",))
    return layer


def _written_out(layer: Layer, shape: Shape) -> Fragment:
    rank = len(shape)
    by_sample = layer.config["mode"] == 1
    axis = -1 if by_sample else int(layer.config.get("axis", -1))
    own = axis % rank
    reduced: Any = [rank - 1] if by_sample else [i for i in range(rank) if i != own]
    epsilon = float(layer.config.get("epsilon", 1e-3))
    fragment = Fragment(layer)

    operation = fragment.operation
    x = fragment.input()
    mean = operation("mean", "math.reduce_mean", x, axis=reduced, keepdims=True)
    centred = operation("centred", "math.subtract", x, y=mean)
    squares = operation("squares", "math.square", centred)
    variance = operation("variance", "math.reduce_mean", squares, axis=reduced, keepdims=True)
    deviation = operation("deviation", "math.sqrt", operation("guarded", "math.add", variance, y=epsilon))
    if by_sample:
        deviation = operation("guarded_again", "math.add", deviation, y=epsilon)
    normal = operation("normal", "math.truediv", centred, y=deviation)
    letters = "abcdefgh"[:rank]
    config = {
        "equation": f"{letters},{letters[own]}->{letters}",
        "output_shape": list(shape[1:]),
        "bias_axes": letters[own],
        "kernel_initializer": "ones",
        "kernel_regularizer": layer.config.get("gamma_regularizer"),
        "bias_regularizer": layer.config.get("beta_regularizer"),
    }
    weights = {
        "kernel": layer.weights["gamma"],
        "bias": layer.weights["beta"].reshape(-1, *[1] * (rank - 1 - own)),
    }
    fragment.add("EinsumDense", "scaled", normal, config, weights)
    return fragment
