"""Layers of TensorFlow Addons without variables of their own (``tensorflow_addons/layers`` of 0.23)."""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import spread
from migrate.findings import Fix, Rule, Severity

PACKAGE = "TensorFlow Addons"
ADDONS = frozenset({"Addons"})
_POOLING = {
    f"Adaptive{kind}Pooling{rank}D": (kind, rank) for kind in ("Average", "Max") for rank in (1, 2, 3)
}


@graph_adapter(
    Rule(
        "ECO104",
        "addons-stochastic-depth",
        "StochasticDepth of TensorFlow Addons adds a residual that it randomly drops in training.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>StochasticDepth", "config": {"survival_probability": 0.8}}, called with two '
        "inputs",
        after="Add([shortcut, Rescaling(0.8)(residual)])",
        why="In inference the residual is scaled by its survival probability. In training the layer drew whether "
        "the residual counts at all; continued training with the stock layers does not do this. The layer ends a "
        "mask, which the sum would hand on: behind one it is refused.",
        references=("tensorflow/addons#2807",),
    ),
    Foreign(PACKAGE, "Addons", "StochasticDepth", ADDONS, unmasked=True),
)
def stochastic_depth(layer: Layer, around: Around) -> Fragment:
    """The shortcut and the scaled residual."""
    fragment = Fragment(layer)
    scale = {"scale": float(layer.config.get("survival_probability", 0.5)), "offset": 0.0}
    residual = fragment.add("Rescaling", "residual", fragment.input(1), scale)
    fragment.add("Add", "sum", [fragment.input(0), residual])
    return fragment


@graph_adapter(
    Rule(
        "ECO105",
        "addons-adaptive-pooling",
        "Adaptive pooling of TensorFlow Addons is pooling with a size determined by its input.",
        Severity.ERROR,
        before='{"class_name": "Addons>AdaptiveAveragePooling2D", "config": {"output_size": [2, 2]}} of 8 by 8 inputs',
        after='{"class_name": "AveragePooling2D", "config": {"pool_size": [4, 4], "strides": [4, 4]}}',
        why="The class splits each axis into equal parts and rejects sizes that cannot be split, so for a known "
        "input it is plain pooling.",
        references=("tensorflow/addons#2807",),
    ),
    *(Foreign(PACKAGE, "Addons", name, ADDONS) for name in _POOLING),
)
def adaptive_pooling(layer: Layer, around: Around) -> Fragment:
    """Plain pooling of the size that gives the wanted number of windows.

    Raises:
        MigrationError: ``ECO090`` when the sizes of the input are not known.
    """
    kind, rank = _POOLING[layer.class_name.rpartition(">")[2]]
    wanted = spread(layer.config["output_size"], rank)
    shape = around(0)
    last = layer.config.get("data_format", "channels_last") != "channels_first"
    sizes = [] if shape is None else list(shape[1:-1] if last else shape[2:])
    known = [size for size in sizes if size is not None]
    if len(known) != rank:
        raise refusal(layer, "the size of its input is unknown")
    if any(size % parts for size, parts in zip(known, wanted, strict=True)):
        raise refusal(layer, f"an input of {known} cannot be split into {list(wanted)} equal parts")
    size = [length // parts for length, parts in zip(known, wanted, strict=True)]
    config = {"pool_size": size, "strides": size, "padding": "valid"}
    if "data_format" in layer.config:
        config["data_format"] = layer.config["data_format"]
    fragment = Fragment(layer)
    fragment.add(f"{kind}Pooling{rank}D", "pooled", fragment.input(), config)
    return fragment


@graph_adapter(
    Rule(
        "ECO106",
        "addons-maxout",
        "Maxout of TensorFlow Addons is the largest of several features.",
        Severity.ERROR,
        before='{"class_name": "Addons>Maxout", "config": {"num_units": 4, "axis": -1}}',
        after="Reshape((k, 4)), then the maximum over k",
        why="The features along the axis are read as rows of `num_units`, and the largest of each column is used.",
        references=("tensorflow/addons#2807",),
    ),
    Foreign(PACKAGE, "Addons", "Maxout", ADDONS),
)
def maxout(layer: Layer, around: Around) -> Fragment:
    """Reshape, and the maximum over the new axis.

    Raises:
        MigrationError: ``ECO090`` when the sizes are not known.
    """
    shape = around(0)
    units = int(layer.config["num_units"])
    axis = int(layer.config.get("axis", -1))
    if shape is None or sum(size is None for size in shape[1:]) > 1:
        raise refusal(layer, "the size of its input is unknown")
    axis += len(shape) if axis < 0 else 0
    channels = shape[axis]
    if channels is None or axis == 0:
        raise refusal(layer, "the number of features along its axis is unknown")
    target = [-1 if size is None else size for size in shape[1:]]
    target[axis - 1 : axis] = [channels // units, units]
    fragment = Fragment(layer)
    rows = fragment.add("Reshape", "rows", fragment.input(), {"target_shape": target})
    fragment.operation("largest", "math.reduce_max", rows, axis=axis)
    return fragment
