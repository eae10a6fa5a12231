"""Layers of ssd_keras (``keras_layers`` of pierluigiferrari/ssd_keras): scaled L2 normalization and anchor boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "ssd_keras", "ssd_keras"
_STEPS, _OFFSETS = "this_steps", "this_offsets"
_COORDINATES = frozenset({"centroids", "corners", "minmax"})
_RANK = 4


def _boxes_of_a_place(config: Any) -> int:
    ratios = config["aspect_ratios"]
    return len(ratios) + (1 in ratios and bool(config["two_boxes_for_ar1"]))


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (*inputs[0][:3], _boxes_of_a_place(layer.config), 8) if len(inputs[0]) == _RANK else None


# Before the normalization, behind whose operations no size of a map is known any more.
@graph_adapter(
    Rule(
        "ECO202",
        "ssd-anchor-boxes",
        "Anchor boxes of ssd_keras are computed from the size of a map, and returned with their variances.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "AnchorBoxes", "config": {"img_height": 300, "this_scale": 0.1, "next_scale": 0.2, …}}',
        after="the places of the map and the corners around each as operations",
        why="The boxes depend only on sizes. The package does not write `this_steps` and `this_offsets` to its "
        "configuration: its own `load_model` uses the size of the image divided by that of the map, and 0.5. A "
        "model built with other values (such as the package's SSD300 and SSD512) has different boxes from its file, "
        "so `--stock-names AnchorBoxes`, or a recording, has to confirm that the model does not use them.",
        references=("https://github.com/pierluigiferrari/ssd_keras",),
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "AnchorBoxes",
        keys=frozenset(
            {"img_height", "img_width", "this_scale", "next_scale", "two_boxes_for_ar1", "variances"}
        ),
        shape=_shape,
        doubt="the package does not store its `this_steps` and `this_offsets`: the file is right only for a model "
        "that was built without them",
        doubtless=frozenset({_STEPS, _OFFSETS}),
    ),
)
def anchor_boxes(layer: Layer, around: Around) -> Fragment:
    """Operations that make the boxes of every place of a map.

    Raises:
        MigrationError: ``ECO090`` where the size of the map is not known, and for coordinates that are not.
    """
    config, shape = layer.config, around(0)
    if shape is None or len(shape) != _RANK or None in shape[1:3]:
        raise refusal(layer, "the size of its map is unknown")
    if config.get("coords", "centroids") not in _COORDINATES:
        raise refusal(layer, f"its coordinates are {config['coords']!r}")
    size = [float(config["img_width"]), float(config["img_height"])]
    fragment = Fragment(layer)
    ones = fragment.operation(
        "ones",
        "ones_like",
        fragment.operation("flat", "math.reduce_max", fragment.input(), axis=-1),
    )

    def centres(suffix: str, at: int) -> TensorRef:
        """Of the columns (0) or rows (1)."""
        step = _one_of_two(config.get(_STEPS), 1 - at, size[at] / float(shape[2 - at] or 1))
        offset = _one_of_two(config.get(_OFFSETS), 1 - at, 0.5)
        counted = fragment.operation(f"{suffix}_counted", "math.cumsum", ones, axis=2 - at)
        return fragment.add("Rescaling", suffix, counted, {"scale": step, "offset": (offset - 1.0) * step})

    x, y = centres("x", 0), centres("y", 1)
    places = fragment.operation("places", "stack", [x, y, x, y], axis=-1)
    places = fragment.operation("column", "expand_dims", places, axis=3)
    corners = fragment.operation("corners", "math.add", places, y=_around_a_place(config))
    bounds = [*size, *size]
    if config.get("clip_boxes"):
        over = fragment.operation("over", "math.greater_equal", corners, y=bounds)
        inside = fragment.operation(
            "last",
            "math.subtract",
            fragment.operation("still", "zeros_like", corners),
            y=[1.0 - bound for bound in bounds],
        )
        corners = fragment.operation("clipped", "where", over, x=inside, y=corners)
        corners = fragment.operation("above", "math.maximum", corners, y=0.0)
    if config.get("normalize_coords"):
        corners = fragment.operation("shares", "math.truediv", corners, y=bounds)
    boxes = _in_coordinates(fragment, corners, config.get("coords", "centroids"))
    zeros = fragment.operation("zeros", "zeros_like", boxes)
    variances = fragment.operation("variances", "math.add", zeros, y=[float(v) for v in config["variances"]])
    fragment.add("Concatenate", "anchors", [boxes, variances], {"axis": -1})
    return fragment


@graph_adapter(
    Rule(
        "ECO201",
        "ssd-l2-normalization",
        "L2 normalization of ssd_keras divides by the length over the channels and multiplies each channel by its "
        "scale.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "L2Normalization", "config": {"gamma_init": 20}}',
        after="l2_normalize as an operation, then EinsumDense with the scale of each channel",
        why="`UnitNormalization` in Keras has no scale. The scale stays a weight.",
        references=("https://github.com/pierluigiferrari/ssd_keras",),
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "L2Normalization",
        keys=frozenset({"gamma_init"}),
        roles=lambda layer: (f"{layer.name}_gamma",),
        shape=unchanged,
    ),
)
def l2_normalization(layer: Layer, around: Around) -> Fragment:
    """An operation and a layer that multiplies.

    Raises:
        MigrationError: ``ECO090`` without weights, and for an input that is not of images with channels behind.
    """
    gamma, shape = layer.weights.get(f"{layer.name}_gamma"), around(0)
    if gamma is None:
        raise refusal(layer, "the file contains no weights for it")
    if shape is None or len(shape) != _RANK or shape[-1] != len(gamma):
        raise refusal(layer, "its input is not known to be channels-last images")
    fragment = Fragment(layer)
    unit = fragment.operation("unit", "nn.l2_normalize", fragment.input(), axis=-1)
    config = {"equation": "abcd,d->abcd", "output_shape": list(shape[1:]), "activation": "linear"}
    fragment.add("EinsumDense", "scaled", unit, config, {"kernel": gamma})
    return fragment


def _one_of_two(value: Any, at: int, default: float) -> float:
    """A number, one of a pair (height, width), or what is taken for neither."""
    if value is None:
        return default
    return float(value[at] if isinstance(value, list | tuple) else value)


def _around_a_place(config: Any) -> list[list[float]]:
    """What is added to ``x, y, x, y`` of a place for each of its boxes."""
    shorter = min(config["img_height"], config["img_width"])
    scale, following = float(config["this_scale"]), float(config["next_scale"])
    sizes: list[tuple[float, float]] = []
    for ratio in config["aspect_ratios"]:
        if ratio == 1:
            sizes.append((scale * shorter,) * 2)
            if config["two_boxes_for_ar1"]:
                sizes.append((float(np.sqrt(scale * following)) * shorter,) * 2)
        else:
            root = float(np.sqrt(ratio))
            sizes.append((scale * shorter * root, scale * shorter / root))
    return [[-width / 2, -height / 2, width / 2, height / 2] for width, height in sizes]


def _in_coordinates(fragment: Fragment, corners: TensorRef, coordinates: str) -> TensorRef:
    """Boxes as ``xmin, ymin, xmax, ymax`` in another order, or as centre and size."""
    if coordinates == "corners":
        return corners
    if coordinates == "minmax":
        return fragment.operation("minmax", "gather", corners, indices=[0, 2, 1, 3], axis=-1)
    opposite = fragment.operation("opposite", "roll", corners, shift=2, axis=-1)
    total = fragment.operation("total", "math.add", corners, y=opposite)
    centre = fragment.operation("centre", "math.multiply", total, y=[0.5, 0.5, 0.0, 0.0])
    across = fragment.operation("across", "math.subtract", corners, y=opposite)
    sides = fragment.operation("sides", "math.multiply", across, y=[0.0, 0.0, 1.0, 1.0])
    return fragment.add("Add", "centroids", [centre, sides])
