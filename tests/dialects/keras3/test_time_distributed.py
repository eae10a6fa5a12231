"""TimeDistributed: where the wrapper goes, where a layer of our own takes its place, and where it stays."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.time_distributed import time_distributed_dynamic, time_distributed_pointwise
from migrate.dialects.rule import Era

ERA = Era.of("2.15.0")


def wrapper(inner: Layer, **config: Any) -> Layer:
    return Layer("TimeDistributed", "steps", config, (Node((TensorRef("x"),)),), children={"layer": inner})


@pytest.mark.parametrize(
    ("outer", "inner", "trainable"),
    [({}, {}, True), ({"trainable": False}, {}, False), ({}, {"trainable": False}, False)],
)
def test_a_layer_that_treats_steps_alike_needs_no_wrapper(
    outer: dict[str, Any], inner: dict[str, Any], trainable: bool
) -> None:
    layer = wrapper(Layer("Dense", "dense", {"units": 2, **inner}), **outer)
    done = time_distributed_pointwise(layer, ERA)
    assert (done.class_name, done.name, done.nodes) == ("Dense", "steps", layer.nodes)
    assert done.config == {"units": 2, "name": "steps", "trainable": trainable}


INNER = Model("Sequential", "Dense", Topology.SEQUENTIAL, (Layer("Flatten", "flat"),))


@pytest.mark.parametrize(
    "inner", [Layer("Conv2D", "c"), Layer("Flatten", "f"), Layer("Dense", "d", model=INNER)]
)
def test_a_layer_that_does_not_keeps_it(inner: Layer) -> None:
    layer = wrapper(inner)
    assert time_distributed_pointwise(layer, ERA) is layer


def images(steps: int | None, *more: Layer) -> Model:
    entry = Layer("InputLayer", "x", {"batch_shape": [None, steps, 8, 8, 3]})
    layers = (entry, wrapper(Layer("Conv2D", "c", {"filters": 2, "kernel_size": [3, 3]})), *more)
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("x"), TensorRef("steps"))


def test_a_sequence_of_unknown_length() -> None:
    done = time_distributed_dynamic(images(None, Layer("Conv2D", "other")), ERA)
    assert [layer.class_name for layer in done.layers] == ["InputLayer", "TimeDistributedDynamic", "Conv2D"]


def test_a_sequence_of_known_length_stays() -> None:
    model = images(5)
    assert time_distributed_dynamic(model, ERA) is model


@pytest.mark.parametrize(
    ("shape", "maker", "dynamic"),
    [
        (
            [None, 5, 7],
            Layer("Embedding", "m", {"output_dim": 4, "mask_zero": True}),
            True,
        ),  # characters of words
        ([None, 5], Layer("Embedding", "m", {"output_dim": 4, "mask_zero": True}), False),
        ([None, 5, 7], Layer("Embedding", "m", {"output_dim": 4}), False),
        ([None, 5, 7, 4], Layer("Masking", "m", {"mask_value": 0.0}), True),
        ([None, 5, 7], Layer("Masking", "m", {"mask_value": 0.0}), False),
    ],
)
def test_masks_of_the_parts_of_steps(shape: list[int | None], maker: Layer, dynamic: bool) -> None:
    layers = (
        Layer("InputLayer", "x", {"batch_shape": shape}),
        Layer(maker.class_name, "m", maker.config, (Node((TensorRef("x"),)),)),
        Layer(
            "TimeDistributed",
            "steps",
            {},
            (Node((TensorRef("m"),)),),
            children={"layer": Layer("LSTM", "l", {"units": 2})},
        ),
    )
    model = Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("x"), TensorRef("steps"))
    assert (time_distributed_dynamic(model, ERA) is model) is not dynamic
