"""keras-retinanet (``keras_retinanet/layers/_misc.py`` and ``initializers.py`` of 0.5.1 and 1.0.0)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from packaging.version import Version

from migrate.capsule.model import Array, Layer, Model, TensorRef
from migrate.dialects.foreign import Foreign, model_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.packaged import declare_object
from migrate.dialects.rule import Era
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "keras-retinanet", "keras_retinanet"
_NAMES = ("Anchors", "UpsampleLike", "RegressBoxes", "ClipBoxes")
_OURS = frozenset(f"{_PREFIX}>{name}" for name in _NAMES)
_PRIOR = "PriorProbability"
_WITH_TO_THE_EDGE = Version("2.3")
"""Keras up to here ran keras-retinanet up to 0.5.1 only: what followed asked for 2.3 (``utils/keras_version.py``)."""


def _upsampled(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (inputs[0][0], *inputs[1][1:3], inputs[0][-1]) if len(inputs) > 1 else None


def _foreign(name: str, keys: frozenset[str], shape: Any, *, peculiar: bool = True) -> Foreign:
    return Foreign(_PACKAGE, _PREFIX, name, keys=keys, shape=shape, peculiar=peculiar)


@model_adapter(
    Rule(
        "ECO180",
        "retinanet-boxes",
        "Layers of keras-retinanet create anchors, enlarge maps, and move and clip boxes.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Anchors", "config": {"size": 32, "stride": 8, "ratios": [0.5, 1, 2], "scales": […]}}',
        after="the places of the map as operations, and the anchors of one place as a constant",
        why="All of this is arithmetic on sizes that are known once there is an image. Releases 0.5.1 and older "
        "clip boxes to the width and height of the image, 1.0.0, which uses tf.keras, to one pixel less; files of "
        "Keras 2.3 may be of either kind, and are refused if boxes are clipped. The filter of detections cannot be "
        "expressed: use the model before it. The initial bias, `PriorProbability`, is a constant.",
        references=("https://github.com/fizyr/keras-retinanet",),
    ),
    _foreign(
        "Anchors", frozenset({"size", "stride", "ratios", "scales"}), lambda layer, inputs: (None, None, 4)
    ),
    _foreign("UpsampleLike", frozenset({"name"}), _upsampled, peculiar=False),
    _foreign("RegressBoxes", frozenset({"mean", "std"}), lambda layer, inputs: inputs[0]),
    _foreign("ClipBoxes", frozenset({"name"}), lambda layer, inputs: inputs[-1], peculiar=False),
)
def boxes(model: Model, era: Era) -> Model:
    """Operations in place of the package's layers.

    Raises:
        MigrationError: ``ECO090`` for channels in front, and for boxes that are clipped by a release that is not known.
    """
    layers = tuple(map(with_constant_prior, model.layers))
    if any(new is not old for new, old in zip(layers, model.layers, strict=True)):
        model = replace(model, layers=layers)
    ours = [layer for layer in model.layers if layer.class_name in _OURS]
    if not ours:
        return model
    if any(layer.config.get("data_format") == "channels_first" for layer in model.layers):
        raise refusal(ours[0], "the model uses channels first")

    def made(layer: Layer) -> Fragment:
        name = layer.class_name.rpartition(">")[2]
        if name == "Anchors":
            return _anchors(layer)
        if name == "UpsampleLike":
            return _enlarged(layer)
        return _moved(layer) if name == "RegressBoxes" else _clipped(layer, era)

    return expand_graphs(model, _OURS, made)


def with_constant_prior(layer: Layer) -> Layer:
    """The layer with the constant that the package's initializer gives each element of its bias."""
    stored = layer.config.get("bias_initializer")
    if not isinstance(stored, Mapping) or stored.get("class_name") != _PRIOR:
        return layer
    probability = float(stored["config"]["probability"])
    constant = {"value": -math.log((1 - probability) / probability)}
    return layer.with_config(bias_initializer={"class_name": "Constant", "config": constant})


declare_object(_PRIOR, frozenset({"probability"}))


def anchors_of_a_place(size: float, ratios: Sequence[float], scales: Sequence[float]) -> Array:
    """Boxes around the origin as ``x1, y1, x2, y2``, one for each ratio and scale (``generate_anchors``)."""
    found = []
    for ratio in ratios:
        for scale in scales:
            side = size * scale
            width = np.sqrt(side * side / ratio)
            found.append([-0.5 * width, -0.5 * width * ratio, 0.5 * width, 0.5 * width * ratio])
    return np.asarray(found, dtype="float32")


def _anchors(layer: Layer) -> Fragment:
    config, fragment = layer.config, Fragment(layer)
    stride = float(config["stride"])
    flat = fragment.operation("flat", "math.reduce_max", fragment.input(), axis=-1)
    ones = fragment.operation("ones", "ones_like", flat)

    def centres(suffix: str, axis: int) -> TensorRef:
        counted = fragment.operation(f"{suffix}_counted", "math.cumsum", ones, axis=axis)
        middle = fragment.operation(f"{suffix}_middle", "math.subtract", counted, y=0.5)
        return fragment.operation(suffix, "math.multiply", middle, y=stride)

    x, y = centres("x", 2), centres("y", 1)
    places = fragment.operation("places", "stack", [x, y, x, y], axis=-1)
    places = fragment.add("Reshape", "line", places, {"target_shape": [-1, 1, 4]})
    around_one = anchors_of_a_place(float(config["size"]), config["ratios"], config["scales"])
    found = fragment.operation("around", "math.add", places, y=around_one.tolist())
    fragment.add("Reshape", "anchors", found, {"target_shape": [-1, 4]})
    return fragment


def _size(fragment: Fragment, suffix: str, of: TensorRef, axis: int) -> tuple[TensorRef, TensorRef]:
    """Ones along an axis of a map, and how many there are, as a float."""
    others = [at for at in range(4) if at != axis]
    ones = fragment.operation(
        f"{suffix}_ones",
        "ones_like",
        fragment.operation(f"{suffix}_line", "math.reduce_max", of, axis=others),
    )
    return ones, fragment.operation(suffix, "math.reduce_sum", ones)


def _enlarged(layer: Layer) -> Fragment:
    """The nearest pixel of the source, as ``resize_images`` of TensorFlow 1 takes it."""
    fragment = Fragment(layer)
    found, target = fragment.input(0), fragment.input(1)
    for axis, side in ((1, "height"), (2, "width")):
        _, given = _size(fragment, f"{side}_given", fragment.input(0), axis)
        ones, wanted = _size(fragment, f"{side}_wanted", target, axis)
        counted = fragment.operation(f"{side}_counted", "math.cumsum", ones, axis=0)
        places = fragment.operation(f"{side}_places", "math.subtract", counted, y=1.0)
        ratio = fragment.operation(f"{side}_ratio", "math.truediv", given, y=wanted)
        scaled = fragment.operation(f"{side}_scaled", "math.multiply", places, y=ratio)
        below = fragment.operation(f"{side}_below", "math.floor", scaled)
        last = fragment.operation(f"{side}_last", "math.subtract", given, y=1.0)
        inside = fragment.operation(f"{side}_inside", "math.minimum", below, y=last)
        rows = fragment.operation(f"{side}_rows", "cast", inside, dtype="int32")
        found = fragment.operation(f"{side}_taken", "gather", found, indices=rows, axis=axis)
    return fragment


def _moved(layer: Layer) -> Fragment:
    """Each coordinate moved by the regression times the width or height."""
    fragment = Fragment(layer)
    start, regression = fragment.input(0), fragment.input(1)
    opposite = fragment.operation("opposite", "roll", start, shift=-2, axis=-1)
    across = fragment.operation("across", "math.subtract", opposite, y=start)
    sizes = fragment.operation("sizes", "math.multiply", across, y=[1.0, 1.0, -1.0, -1.0])
    scale = {
        "scale": [float(v) for v in layer.config["std"]],
        "offset": [float(v) for v in layer.config["mean"]],
    }
    shares = fragment.add("Rescaling", "shares", regression, scale)
    fragment.add("Add", "moved", [start, fragment.add("Multiply", "steps", [shares, sizes])])
    return fragment


def _clipped(layer: Layer, era: Era) -> Fragment:
    """Boxes inside of the image.

    Raises:
        MigrationError: ``ECO090`` where the file may be of a release that clips to either edge.
    """
    if not era.tf_keras and era.keras >= _WITH_TO_THE_EDGE:
        raise refusal(
            layer,
            "up to 0.5.1 the package clipped boxes to the width and height of the image, later to one pixel less, "
            "and files of Keras 2.3 may be of either kind",
        )
    fragment = Fragment(layer)
    _, width = _size(fragment, "width", fragment.input(0), 2)
    _, height = _size(fragment, "height", fragment.input(0), 1)
    bounds = fragment.operation("bounds", "stack", [width, height, width, height], axis=0)
    if era.tf_keras:
        bounds = fragment.operation("last", "math.subtract", bounds, y=1.0)
    below = fragment.operation("below", "math.minimum", fragment.input(1), y=bounds)
    fragment.operation("above", "math.maximum", below, y=0.0)
    return fragment
