"""Names that Keras 3 does not take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, map_layer
from migrate.dialects.graph_rewrites import named, rewire, unique_name
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity


@model_rule(
    Rule(
        "CFG010",
        "layer-names",
        "A layer's name contains a slash, or two layers have the same name.",
        Severity.ERROR,
        before='{"class_name": "Dense", "config": {"name": "block1/dense"}}',
        after='{"class_name": "Dense", "config": {"name": "block1_dense"}}',
        why="Keras 3: `Argument `name` must be a string and cannot contain character `/``. Slashes come from "
        "TensorFlow 1 scopes and ports of slim models. Weights and calls follow the new names; the record maps old "
        "to new.",
    ),
    Step.KERAS_3,
)
def layer_names(model: Model, era: Era) -> Model:
    """Give such layers new names, everywhere they are named."""
    renamed = _new_names(model)
    layers = tuple(_without_slashes(layer) for layer in model.layers)
    changed = any(new is not old for new, old in zip(layers, model.layers, strict=True))
    if not renamed and not changed:
        return model
    layers = tuple(named(layer, renamed[layer.name]) if layer.name in renamed else layer for layer in layers)
    layers = tuple(
        replace(layer, model=replace(layer.model, name=layer.name)) if layer.model is not None else layer
        for layer in layers
    )

    def follow(ref: TensorRef) -> TensorRef:
        return replace(ref, layer=renamed.get(ref.layer, ref.layer))

    return rewire(replace(model, layers=layers), follow)


def _new_names(model: Model) -> Mapping[str, str]:
    taken = {layer.name for layer in model.layers}
    renamed: dict[str, str] = {}
    for layer in model.layers:
        if "/" in layer.name:
            name = unique_name(layer.name.replace("/", "_"), taken)
            taken.add(name)
            renamed[layer.name] = name
    return renamed


def _without_slashes(layer: Layer) -> Layer:
    """Wrapped layers: their names lead nowhere, but must be taken."""

    def change(path: tuple[str, ...], inner: Layer) -> Layer:
        if inner.model is not None or "/" not in inner.name:
            return inner
        return named(inner, inner.name.replace("/", "_"))

    children = {key: map_layer(child, change, (key,)) for key, child in layer.children.items()}
    if all(children[key] is child for key, child in layer.children.items()):
        return layer
    return replace(layer, children=children)
