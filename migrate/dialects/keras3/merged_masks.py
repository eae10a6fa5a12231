"""What merging layers make of masks: Keras 2 joins them by *and*, Keras 3 by *or*, and some leave masked numbers out.

Source: ``compute_mask`` of ``_Merge`` and ``Concatenate`` in ``keras/layers/merging`` of 2.15 and of 3.15, and
``_merge_function`` of ``Multiply``, ``Maximum`` and ``Minimum`` of 3.15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, structure_refs
from migrate.dialects.graph_rewrites import named, unique_name
from migrate.dialects.masks import (
    MaskOperations,
    makes_mask,
    mask_carriers,
    mask_makers,
    mask_matters,
    with_mask,
)
from migrate.dialects.rule import Era, Step, model_rule
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import Rule, Severity

_MERGING = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"})
_SEQUENCE = 3
"""Rank of a batch of sequences."""
_SKIPPING = {"Multiply": "math.multiply", "Maximum": "math.maximum", "Minimum": "math.minimum"}
"""Classes that take no masked number in Keras 3, and what they are in Keras 2, whatever the masks."""


@model_rule(
    Rule(
        "SIL035",
        "merged-masks",
        "Tensors with different masks are merged.",
        Severity.SILENT,
        before="LSTM(Concatenate([Embedding(mask_zero=True)(words), Dense(features)]))",
        after="the same, with the mask of the words computed from the ids and given to the merged tensor",
        why="Keras 2 passes on a step that no input masks: all masks are combined with *and*, and an input without "
        "a mask counts as unmasked. Keras 3 combines them with *or*, so that one input without a mask unmasks every "
        "step: a following LSTM silently reads the padding. Multiply, Maximum and Minimum in Keras 3 also ignore "
        "the numbers of masked steps, and Multiply returns 0 where no input is left; Keras 2 used them like others, "
        "as operations do.",
        references=("keras-team/keras#20815",),
    ),
    Step.KERAS_3,
)
def merged_masks(model: Model, era: Era) -> Model:
    """Name the mask again behind each merge whose inputs differ in their masks."""
    if not any(makes_mask(layer) for layer in model.layers):
        return model
    shapes = infer_shapes(model)
    source, again = model, set[str]()
    for layer in source.layers:
        if layer.class_name not in _MERGING or len(layer.nodes) != 1:
            continue
        shape = shapes.get(TensorRef(layer.name))
        skipped = _skipping(source, layer, shapes)
        makers = skipped or _differing(source, layer, shape, again)
        if makers and mask_matters(source, layer.name):
            again.add(layer.name)
            model = _masked(model, layer, None if shape is None else shape[-1], makers, bool(skipped))
        elif skipped:
            model = _replaced(model, layer.name, _operations(model, layer, layer.name))
    return model


def _skipping(model: Model, layer: Layer, shapes: Mapping[TensorRef, Shape]) -> frozenset[TensorRef]:
    """Makers of the masks of a layer that takes no masked number in Keras 3; empty for others, or where one is unknown.

    Sequences alone: Keras 3 refuses the mask of anything else. Inputs whose shape is not known have the rank of others.
    """
    refs = list(structure_refs(layer.nodes[0].args))
    known = [mask_makers(model, ref) for ref in refs]
    ranks = {len(shape) for ref in refs if (shape := shapes.get(ref))}
    if layer.class_name not in _SKIPPING or ranks != {_SEQUENCE} or len(refs) < 2:
        return frozenset()
    makers = [made for made in known if made is not None]
    return frozenset().union(*makers) if len(makers) == len(known) else frozenset()


def _operations(model: Model, layer: Layer, name: str) -> list[Layer]:
    """The layer as operations on two tensors each; the last one has the name."""
    first, *others = structure_refs(layer.nodes[0].args)
    operations = MaskOperations(model, layer.name)
    for other in others:
        first = operations.add("with", _SKIPPING[layer.class_name], first, y=other)
    return [*operations.parts[:-1], named(operations.parts[-1], name)]


def _differing(model: Model, layer: Layer, shape: Shape | None, again: set[str]) -> frozenset[TensorRef]:
    """Makers of the mask in Keras 2, when Keras 3 would come to another one; empty when it would not.

    ``again`` names the layers in front whose masks are named again: Keras 3 knows those when the model runs and not
    while it is built, so that beside a tensor whose mask it knows then they count as none.
    """
    refs = list(structure_refs(layer.nodes[0].args))
    by_input = [mask_makers(model, ref) for ref in refs]
    known = [makers for makers in by_input if makers is not None]
    seen_late = {bool(mask_carriers(model, ref) & again) for ref in refs} if again else set()
    if len(known) < len(by_input) or (len(set(known)) < 2 and len(seen_late) < 2):
        return frozenset()
    if shape is not None and len(shape) != 3:
        return frozenset()
    if layer.config.get("axis", -1) not in (-1, 2):
        return frozenset()  # along time, masks are joined end to end in both
    return frozenset().union(*known)


def _masked(
    model: Model, layer: Layer, features: int | None, makers: frozenset[TensorRef], as_operations: bool
) -> Model:
    name = unique_name(f"{layer.name}_merged", {other.name for other in model.layers})
    merge = _operations(model, layer, name) if as_operations else [named(layer, name)]
    grown = replace(model, layers=(*model.layers, *merge))
    return _replaced(model, layer.name, [*merge, *with_mask(grown, layer, TensorRef(name), features, makers)])


def _replaced(model: Model, name: str, parts: Sequence[Layer]) -> Model:
    """The model with other layers in the place of one; the last of them has its name."""
    layers: list[Layer] = []
    for other in model.layers:
        layers += parts if other.name == name else [other]
    return replace(model, layers=tuple(layers))
