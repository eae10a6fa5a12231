"""Preprocessing layers for images."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer, Model
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.rule import Era, Step, layer_rule, model_rule
from migrate.findings import MigrationError, Rule, Severity

_PORTABLE_RESIZE = frozenset({"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"})


@layer_rule(
    Rule(
        "CFG085",
        "random-size",
        "RandomHeight and RandomWidth are not part of Keras 3.",
        Severity.WARNING,
        before='{"class_name": "RandomHeight", "config": {"factor": 0.2}}',
        after='{"class_name": "Identity"}',
        why="They stretch images in training and pass them through otherwise. In inference the model is the same; "
        "to continue training, stretch images in the input pipeline.",
    ),
    Step.KERAS_3,
    "RandomHeight",
    "RandomWidth",
)
def random_size(layer: Layer, era: Era) -> Layer:
    """Pass images through."""
    kept = {key: value for key, value in layer.config.items() if key in ("name", "trainable", "dtype")}
    return replace(layer, class_name="Identity", config=kept)


@model_rule(
    Rule(
        "SIL019",
        "resizing-interpolation",
        "An image is resized by a method that only TensorFlow has.",
        Severity.ERROR,
        before='{"class_name": "Resizing", "config": {"height": 4, "width": 9, "interpolation": '
        '"mitchellcubic"}}',
        after="a product with two constant matrices",
        why="Keras 3 loads `gaussian` and `mitchellcubic` and fails in the first call; `area` works only on "
        "TensorFlow. All three are linear: the kernels' weights for the given sizes are written out.",
    ),
    Step.KERAS_3,
)
def resizing_interpolation(model: Model, era: Era) -> Model:
    """Replace such layers by an operation."""
    return expand_graphs(model, {"Resizing"}, _resize_operation)


def _resize_operation(layer: Layer) -> Fragment | None:
    method = layer.config.get("interpolation", "bilinear")
    if method in _PORTABLE_RESIZE:
        return None
    if layer.config.get("crop_to_aspect_ratio") or layer.config.get("pad_to_aspect_ratio"):
        raise MigrationError(
            "CFG084",
            f"{layer.name!r} resizes by {method} and keeps the aspect ratio, which Keras 3 cannot do on every "
            "backend",
            "Choose bilinear in the source, or keep the model as a SavedModel.",
            place=layer.name,
        )
    fragment = Fragment(layer)
    size = [layer.config["height"], layer.config["width"]]
    fragment.add("Op", "resize", fragment.input(), {"function": "composite.resize"}, size=size, method=method)
    return fragment


@layer_rule(
    Rule(
        "SIL021",
        "random-crop",
        "RandomCrop resizes in inference.",
        Severity.SILENT,
        before='{"class_name": "RandomCrop", "config": {"height": 4, "width": 4}}',
        after='{"class_name": "Resizing", "config": {"height": 4, "width": 4, "crop_to_aspect_ratio": true}}',
        why="Outside training, Keras 2 cut the largest window with the target's aspect ratio and resized it. Keras "
        "3 instead silently cuts a window of the target's size, which selects different pixels (2% off in a global "
        "mean of 8 by 8 images). Resizing does what Keras 2 did; to continue training, crop randomly in the input "
        "pipeline.",
    ),
    Step.KERAS_3,
    "RandomCrop",
)
def random_crop(layer: Layer, era: Era) -> Layer:
    """Do in every call what Keras 2 did in inference."""
    kept = ("name", "trainable", "dtype", "height", "width")
    config = {key: value for key, value in layer.config.items() if key in kept}
    return replace(layer, class_name="Resizing", config={**config, "crop_to_aspect_ratio": True})
