"""Images that are resized to the height and width of others, which are known at run time only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef
from migrate.dialects.rule import Era, Step, model_rule
from migrate.findings import Rule, Severity

RESIZE_LIKE = "ResizeLike"
_METHODS = ("bilinear", "nearest", "bicubic")
_OPTIONS = frozenset({"name", "method", "size", "preserve_aspect_ratio", "antialias"})


@model_rule(
    Rule(
        "CFG127",
        "resize-like",
        "Images are resized to the size of others, which the model leaves open.",
        Severity.ERROR,
        applies_to=">=2.4",
        before='{"class_name": "TFOpLambda", "config": {"function": "image.resize"}, "inbound_nodes": '
        '[["mask", 0, 0, {"size": ["tf.shape(image)[1:3]", 0, 0]}]]}',
        after='{"class_name": "keras_migrate>ResizeLike", "config": {"interpolation": "bilinear"}}, called with '
        "the images and those that give the size",
        why="Segmentation models end in `tf.image.resize(logits, tf.shape(image)[1:3])`. In a graph, "
        "`keras.ops.image.resize` takes numbers alone, so that stock layers cannot say it where height and width are "
        "open: a layer of `custom_objects.py` asks for the shape when it is called.",
    ),
    Step.KERAS_3,
)
def resize_like(model: Model, era: Era) -> Model:
    """Use a layer of our own where an input leaves height or width open, and the size is that of another tensor."""
    if not _has_open_images(model):
        return model
    layers = {layer.name: layer for layer in model.layers}
    changed = tuple(_changed(layer, layers) for layer in model.layers)
    return model if changed == model.layers else replace(model, layers=changed)


def _changed(layer: Layer, layers: Mapping[str, Layer]) -> Layer:
    if _function(layer) != "image.resize":
        return layer
    sources = [_source(node, layers) for node in layer.nodes]
    methods = {str(node.kwargs.get("method") or "bilinear") for node in layer.nodes}
    if None in sources or len(methods) != 1 or not methods <= {*_METHODS}:
        return layer
    nodes = tuple(Node((node.args[0], source)) for node, source in zip(layer.nodes, sources, strict=True))
    config = {"dtype": layer.config.get("dtype", "float32"), "interpolation": methods.pop()}
    return replace(
        layer,
        class_name=RESIZE_LIKE,
        registered_name=f"keras_migrate>{RESIZE_LIKE}",
        config=config,
        nodes=nodes,
    )


def _source(node: Node, layers: Mapping[str, Layer]) -> TensorRef | None:
    """The tensor whose height and width are the size of a call; None for a size of another kind."""
    options = node.kwargs
    if options.get("preserve_aspect_ratio") or options.get("antialias") or options.keys() - _OPTIONS:
        return None
    size = options.get("size")
    if isinstance(size, TensorRef):
        return _shape_part(size, {"start": 1, "stop": 3, "step": None}, layers)
    if isinstance(size, list) and all(isinstance(part, TensorRef) for part in size):
        height, width = (_shape_part(part, axis, layers) for part, axis in zip(size, (1, 2), strict=True))
        return height if height == width else None
    return None


def _shape_part(ref: TensorRef, part: Any, layers: Mapping[str, Layer]) -> TensorRef | None:
    """The tensor of whose ``tf.shape`` a reference is this part: one axis, or a slice of them."""
    taken = layers.get(ref.layer)
    if taken is None or _function(taken) != "__operators__.getitem":
        return None
    node = taken.nodes[ref.node]
    shape = node.args[0]
    maker = layers.get(shape.layer) if isinstance(shape, TensorRef) else None
    if maker is None or _function(maker) != "shape" or _plain(node.kwargs.get("slice_spec")) != part:
        return None
    source = maker.nodes[shape.node].args[0]
    return source if isinstance(source, TensorRef) else None


def _plain(spec: Any) -> Any:
    """A ``slice_spec`` of one axis without its wrappers."""
    if isinstance(spec, list) and len(spec) == 1:
        return _plain(spec[0])
    if isinstance(spec, Mapping):
        inner = spec.get("config", spec)
        return {key: inner.get(key) for key in ("start", "stop", "step")}
    return spec


def _function(layer: Layer) -> str:
    """The function of TensorFlow that a layer calls; the shape has one name in both of its versions."""
    if layer.class_name not in ("TFOpLambda", "SlicingOpLambda"):
        return ""
    name = str(layer.config.get("function", ""))
    return "shape" if name == "compat.v1.shape" else name


def _has_open_images(model: Model) -> bool:
    inputs = [layer.config for layer in model.layers if layer.class_name == "InputLayer"]
    shapes = [config.get("batch_shape") or config.get("batch_input_shape") or () for config in inputs]
    return any(len(shape) == 4 and None in shape[1:3] for shape in shapes)
