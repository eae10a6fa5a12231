"""What a resize to the size of other images becomes, and which sizes are of another kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.resize_like import resize_like
from migrate.dialects.rule import Era

BOTH = {"class_name": "__slice__", "config": {"start": 1, "stop": 3, "step": None}}


def _model(
    size: Any,
    *,
    spec: Any = BOTH,
    shape: Any = (None, None, None, 2),
    of: str = "shape",
    function: str = "image.resize",
    **options: Any,
) -> Model:
    def op(name: str, function: str, ref: str, **kwargs: Any) -> Layer:
        return Layer("TFOpLambda", name, {"function": function}, (Node((TensorRef(ref),), kwargs),))

    layers = (
        Layer("InputLayer", "image", {"batch_shape": list(shape)}),
        Layer("InputLayer", "words", {"batch_shape": [None, None, 8]}),
        Layer("Conv2D", "small", {}, (Node((TensorRef("image"),)),)),
        op("shape", "compat.v1.shape", "image"),
        op("cast", "cast", "shape", dtype="int64"),
        op("size", "__operators__.getitem", of, slice_spec=spec),
        op("height", "__operators__.getitem", "shape", slice_spec=1),
        op("width", "__operators__.getitem", "shape", slice_spec=2),
        op("resize", function, "small", size=size, **options),
    )
    ends = (TensorRef("image"), TensorRef("resize"))
    return Model("Functional", "model", Topology.FUNCTIONAL, layers, *ends)


def _became(model: Model) -> Layer:
    return resize_like(model, Era.of("2.8.0")).layer("resize")


@pytest.mark.parametrize("size", [TensorRef("size"), [TensorRef("height"), TensorRef("width")]])
def test_the_size_of_another_tensor(size: Any) -> None:
    layer = _became(_model(size, method="nearest"))
    assert (layer.class_name, layer.registered_name) == ("ResizeLike", "keras_migrate>ResizeLike")
    assert layer.config["interpolation"] == "nearest"
    assert layer.nodes == (Node((TensorRef("small"), TensorRef("image"))),)


@pytest.mark.parametrize(
    "model",
    [
        _model([8, 8]),
        _model([TensorRef("width"), TensorRef("height")]),
        _model(TensorRef("size"), spec={"class_name": "__slice__", "config": {"start": 0, "stop": 2}}),
        _model(TensorRef("size"), shape=(None, 8, 8, 2)),
        _model(TensorRef("size"), antialias=True),
        _model(TensorRef("size"), preserve_aspect_ratio=True),
        _model(TensorRef("size"), method="gaussian"),
        _model(TensorRef("small")),
        _model(TensorRef("image")),
        _model(TensorRef("size"), of="cast"),
        _model(TensorRef("size"), spec=[BOTH, None]),
        _model(TensorRef("size"), function="compat.v1.image.resize_nearest_neighbor"),
        _model(TensorRef("size"), half_pixel_centers=True),
    ],
)
def test_other_sizes_are_left_to_the_operations(model: Model) -> None:
    assert _became(model).class_name == "TFOpLambda"


def test_calls_that_resize_in_several_ways_stay() -> None:
    model = _model(TensorRef("size"), method="nearest")
    layer = model.layer("resize")
    again = Node(layer.nodes[0].args, {**layer.nodes[0].kwargs, "method": "bilinear"})
    twice = replace(layer, nodes=(*layer.nodes, again))
    assert _became(replace(model, layers=(*model.layers[:-1], twice))) is twice


def test_a_layer_of_the_user_has_functions_of_its_own() -> None:
    model = _model(TensorRef("size"))
    own = model.layer("resize").renamed_class("OwnOperation")
    assert _became(replace(model, layers=(*model.layers[:-1], own))) is own
