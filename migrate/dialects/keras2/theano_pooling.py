"""Pooling with borders on the Theano backend, written out: the windows of Theano stand elsewhere.

Source: ``pool2d`` and ``pool3d`` in ``keras/backend/theano_backend.py`` of 1.2.2 and 2.2.4: a border of the size
less one (less two for odd sizes) on both sides, windows from there on, and as many outputs as strides fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.capsule.model import Layer, Model, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import Fragment, replace_by_graph
from migrate.dialects.rule import Era, Step, era_semantics, model_rule
from migrate.dialects.shapes import Shape, infer_shapes, spread
from migrate.findings import MigrationError, Rule, Severity

RANKS = {f"{kind}Pooling{rank}D": rank for kind in ("Max", "Average") for rank in (1, 2, 3)}
_LOWEST = -3.4028234663852886e38
"""The smallest float32: no maximum."""

THEANO_POOLING = era_semantics(
    Rule(
        "SIL036",
        "theano-pooling-border",
        "Theano placed the windows of this pooling layer differently.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"class_name": "MaxPooling2D", "config": {"pool_size": [2, 2], "padding": "same"}}, written on Theano',
        after='the input padded by [1, 1] before → MaxPooling2D(padding="valid")',
        why="With `padding='same'`, Theano puts a border of the pool size minus one before the first element (minus "
        "two for odd sizes), TensorFlow as much as the strides need, with the larger half at the end. The border is "
        "written explicitly; for means, its elements are not counted, as in Theano.",
    )
)


@dataclass(frozen=True, slots=True)
class _Windows:
    """Border before and behind, by dimension."""

    before: tuple[int, ...]
    behind: tuple[int, ...]


@model_rule(THEANO_POOLING, Step.KERAS_2)
def theano_pooling(model: Model, era: Era) -> Model:
    """Write the border out.

    Raises:
        MigrationError: ``SIL031`` when the size of the input is not known.
    """
    if era.backend != "theano":
        return model
    for layer in model.layers:
        if layer.class_name in RANKS and not agrees(layer):
            shape = _input_shape(model, layer.name)
            model = replace_by_graph(model, layer.name, _written_out(layer, _windows(layer, shape)).parts)
    return model


def agrees(layer: Layer) -> bool:
    """Whether Theano and TensorFlow place the windows alike: no border, or sizes of 1 and 3 without strides."""
    if layer.config.get("padding", "valid") != "same":
        return True
    rank = RANKS[layer.class_name]
    sizes = spread(layer.config.get("pool_size", 2), rank)
    strides = spread(layer.config.get("strides") or sizes, rank)
    return all(size in (1, 3) for size in sizes) and all(stride == 1 for stride in strides)


def _input_shape(model: Model, name: str) -> Shape | None:
    shapes = infer_shapes(model)
    if model.topology is Topology.SEQUENTIAL:
        names = [layer.name for layer in model.layers]
        position = names.index(name)
        return shapes.get(TensorRef(names[position - 1])) if position else None
    node = model.layer(name).nodes[0]
    return shapes.get(next(iter(structure_refs(node.args))))


def _windows(layer: Layer, shape: Shape | None) -> _Windows:
    rank = RANKS[layer.class_name]
    sizes = spread(layer.config.get("pool_size", 2), rank)
    strides = spread(layer.config.get("strides") or sizes, rank)
    first = layer.config.get("data_format") == "channels_first"
    lengths: list[int | None] = [] if shape is None else list(shape[2:] if first else shape[1:-1])
    known = [length for length in lengths if length is not None]
    if len(known) != rank:
        raise refusal(layer, "the size of its input is unknown")
    before = [size - 2 if size > 2 and size % 2 else size - 1 for size in sizes]
    behind = [
        (-(-length // stride) - 1) * stride + size - length - border
        for length, stride, size, border in zip(known, strides, sizes, before, strict=True)
    ]
    if any(-amount >= stride for amount, stride in zip(behind, strides, strict=True)):
        raise refusal(layer, "its strides are smaller than its border")
    return _Windows(tuple(before), tuple(max(amount, 0) for amount in behind))


def _written_out(layer: Layer, windows: _Windows) -> Fragment:
    config = {**layer.config, "padding": "valid"}
    inside = [list(pair) for pair in zip(windows.before, windows.behind, strict=True)]
    first = layer.config.get("data_format") == "channels_first"
    paddings = [[0, 0], [0, 0], *inside] if first else [[0, 0], *inside, [0, 0]]
    fragment = Fragment(layer)

    def padded(suffix: str, source: TensorRef, value: float) -> TensorRef:
        arguments: dict[str, Any] = {"paddings": paddings, "mode": "CONSTANT", "constant_values": value}
        return fragment.operation(suffix, "pad", source, **arguments)

    x = fragment.input()
    if layer.class_name.startswith("Max"):
        fragment.add(layer.class_name, "pooled", padded("border", x, _LOWEST), config)
        return fragment
    total = fragment.add(layer.class_name, "mean", padded("border", x, 0.0), config)
    ones = fragment.operation("ones", "ones_like", x)
    share = fragment.add(layer.class_name, "share", padded("counted", ones, 0.0), config)
    fragment.operation("of_counted", "math.truediv", total, y=share)
    return fragment


def refusal(layer: Layer, reason: str) -> MigrationError:
    """Why a border of Theano cannot be written out."""
    return MigrationError(
        "SIL031",
        f"{layer.class_name} {layer.name!r} was computed by Theano with padding='same', which pads differently from "
        f"every current backend for these sizes and strides; {reason}",
        "Replace the layer in the source by one with padding='valid' after a ZeroPadding layer.",
        place=layer.name,
    )
