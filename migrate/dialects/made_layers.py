"""Layers that rules made, in the precision of what they read.

A layer without a ``dtype`` computes in float32, and rounds the double precision that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate.capsule.model import Layer, Model, TensorRef, Topology

DOUBLE = "float64"
_WITHOUT = frozenset({"InputLayer", "Op", "SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"})
"""Classes whose numbers have the dtype that they are given, or say it otherwise."""


def precision(owner: Layer) -> str:
    """The dtype of a helper for a layer: double precision where the layer computes in it."""
    return DOUBLE if owner.config.get("dtype") == DOUBLE else "float32"


def in_double(model: Model) -> Model:
    """The model with its layers without a dtype in double precision where their first input is.

    Args:
        model: of any dialect; the same object comes back where nothing computes in double precision.
    """
    if not any(layer.config.get("dtype") == DOUBLE for _, layer in model.walk()):
        return model
    inner = {
        layer.name: replace(layer, model=in_double(layer.model)) for layer in model.layers if layer.model
    }
    layers = {layer.name: inner.get(layer.name, layer) for layer in model.layers}
    before: Layer | None = None
    for name, layer in layers.items():
        if _is_untold(layer):
            told = before if model.topology is Topology.SEQUENTIAL else _source(layer, layers)
            if told is not None and told.config.get("dtype") == DOUBLE:
                layers[name] = layer.with_config(dtype=DOUBLE)
        before = layers[name]
    return replace(model, layers=tuple(layers.values()))


def _is_untold(layer: Layer) -> bool:
    return layer.class_name not in _WITHOUT and layer.model is None and "dtype" not in layer.config


def _source(layer: Layer, layers: Mapping[str, Layer]) -> Layer | None:
    """The layer in front that tells a dtype; operations and layers without one hand on what they are given."""
    seen = {layer.name}
    while layer.nodes:
        ref: TensorRef | None = next(layer.nodes[0].refs(), None)
        if ref is None or ref.layer in seen or ref.layer not in layers:
            return None
        layer = layers[ref.layer]
        if "dtype" in layer.config:
            return layer
        seen.add(layer.name)
    return None
