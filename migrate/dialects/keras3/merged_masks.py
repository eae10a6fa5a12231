"""What merging layers make of several masks: Keras 2 joins them by *and*, Keras 3 by *or*.

Source: ``compute_mask`` of ``_Merge`` and ``Concatenate`` in ``keras/layers/merging`` of 2.15 and of 3.15.
"""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import named, unique_name
from migrate.dialects.masks import makes_mask, mask_makers, mask_matters, with_mask
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import Rule, Severity

_MERGING = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"})


@model_rule(
    Rule(
        "SIL035",
        "merged-masks",
        "Tensors with different masks are merged.",
        Severity.SILENT,
        before="LSTM(Concatenate([Embedding(mask_zero=True)(words), Dense(features)]))",
        after="the same, with the mask of the words computed from the ids and given to the merged tensor",
        why="Keras 2 hands on a step that no input masks: all masks joined by *and*, an input without a mask "
        "counting as "
        "unmasked. Keras 3 joins them by *or*, so that one input without a mask unmasks every step: an LSTM behind "
        "reads "
        "the padding, without an error.",
        references=("keras-team/keras#20815",),
    ),
    Step.KERAS_3,
)
def merged_masks(model: Model, era: Era) -> Model:
    """Name the mask again behind each merge whose inputs differ in their masks."""
    if model.topology is Topology.SEQUENTIAL or not any(makes_mask(layer) for layer in model.layers):
        return model
    shapes = infer_shapes(model)
    source = model
    for layer in source.layers:
        if layer.class_name in _MERGING and len(layer.nodes) == 1:
            shape = shapes.get(TensorRef(layer.name))
            makers = _differing(source, layer, shape)
            if makers and mask_matters(source, layer.name):
                model = _masked(model, layer, None if shape is None else shape[-1], makers)
    return model


def _differing(model: Model, layer: Layer, shape: Shape | None) -> frozenset[TensorRef]:
    """Makers of the mask in Keras 2, when Keras 3 would come to another one; empty when it would not."""
    by_input = [mask_makers(model, ref) for ref in structure_refs(layer.nodes[0].args)]
    known = [makers for makers in by_input if makers is not None]
    if len(known) < len(by_input) or len(set(known)) < 2:
        return frozenset()
    if shape is not None and len(shape) != 3:
        return frozenset()
    if layer.class_name == "Concatenate" and layer.config.get("axis", -1) not in (-1, 2):
        return frozenset()  # along time, masks are joined end to end in both
    return frozenset().union(*known)


def _masked(model: Model, layer: Layer, features: int | None, makers: frozenset[TensorRef]) -> Model:
    name = unique_name(f"{layer.name}_merged", {other.name for other in model.layers})
    merge = named(layer, name)
    grown = replace(model, layers=(*model.layers, merge))
    parts = [merge, *with_mask(grown, layer, TensorRef(name), features, makers)]
    layers: list[Layer] = []
    for other in model.layers:
        layers += parts if other.name == layer.name else [other]
    return replace(model, layers=tuple(layers))
