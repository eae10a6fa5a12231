"""TimeDistributed over sequences of unknown length.

Keras 3 (up to 3.15.1) runs the wrapped layer over as many steps as the *batch* has entries when the length is not
known in a traced graph (``time_distributed.py``: ``ops.arange(input_shape[0])`` of the shape before the
transposition): ``model.predict`` and exported signatures give other numbers, an eager call the right ones.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, map_layers, structure_refs
from migrate.dialects.masks import makes_mask, wrapped_by_time
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.dialects.shapes import infer_shapes
from migrate.findings import Rule, Severity

POINTWISE = frozenset(
    {
        "Dense",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "Dropout",
        "GaussianNoise",
        "GaussianDropout",
        "Rescaling",
    }
    | {"ActivityRegularization", "Embedding"}
)
"""Layers that compute every position by itself: with and without the wrapper they are the same function."""
DYNAMIC = "TimeDistributedDynamic"


@layer_rule(
    Rule(
        "SIL025",
        "time-distributed-pointwise",
        "TimeDistributed wraps a layer that treats every position in the same way.",
        Severity.SILENT,
        before='{"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Dense", …}}}',
        after='{"class_name": "Dense", …}',
        why="In a traced graph with a sequence of unknown length, Keras 3 up to 3.15.1 steps over the batch instead "
        "of the time: with 3 sequences of 5 steps the output has 3 steps. A Dense layer works on the last axis "
        "anyway, so the wrapper is removed.",
    ),
    Step.KERAS_3,
    "TimeDistributed",
)
def time_distributed_pointwise(layer: Layer, era: Era) -> Layer:
    """Use the wrapped layer itself, under the wrapper's name."""
    inner = layer.children.get("layer")
    if inner is None or inner.class_name not in POINTWISE or inner.model is not None:
        return layer
    config = {**inner.config, "name": layer.name}
    config["trainable"] = bool(layer.config.get("trainable", True)) and bool(
        inner.config.get("trainable", True)
    )
    return replace(inner, name=layer.name, config=config, nodes=layer.nodes)


@model_rule(
    Rule(
        "SIL026",
        "time-distributed-dynamic",
        "TimeDistributed works on sequences of unknown length.",
        Severity.SILENT,
        before='{"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Conv2D", …}}}',
        after='{"class_name": "keras_migrate>TimeDistributedDynamic", …}',
        why="In a traced graph, Keras 3 up to 3.15.1 steps over the batch instead of the time. A layer in "
        "`custom_objects.py` folds time into the batch, as Keras 2 did. It also masks a step whose parts are all "
        "masked (a word without a character), where Keras 3 passes on the mask of the parts.",
    ),
    Step.KERAS_3,
)
def time_distributed_dynamic(model: Model, era: Era) -> Model:
    """Use a layer of our own wherever an input of the model leaves a length open, or the parts of steps are masked."""
    if not _has_open_length(model) and not _masks_parts(model):
        return model

    def change(path: tuple[str, ...], layer: Layer) -> Layer:
        if layer.class_name != "TimeDistributed":
            return layer
        return replace(layer, class_name=DYNAMIC, registered_name=f"keras_migrate>{DYNAMIC}")

    return map_layers(model, change)


def _has_open_length(model: Model) -> bool:
    shapes = (
        layer.config.get("batch_shape") for _, layer in model.walk() if layer.class_name == "InputLayer"
    )
    return any(None in shape[1:] for shape in shapes if shape)


def _masks_parts(model: Model) -> bool:
    """Whether ids or features of the parts of steps are masked, as the characters of words are."""
    makers = [layer for layer in model.layers if layer.model is None and makes_mask(layer)]
    if not makers:
        return False
    shapes = infer_shapes(model)
    return any(
        len(shapes.get(ref) or ()) > (2 if wrapped_by_time(layer).class_name == "Embedding" else 3)
        for layer in makers
        for node in layer.nodes
        for ref in structure_refs(node.args)
    )
