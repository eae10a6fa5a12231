"""What Keras 3 takes no more, layer by layer: what each rule changes, refuses, and leaves as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.arguments import (
    input_batch_shape,
    rejected_argument,
    spatial_dropout_trainable,
)
from migrate.dialects.keras3.axes import normalization_axes_order
from migrate.dialects.keras3.borders import causal_separable
from migrate.dialects.keras3.images import resizing_interpolation
from migrate.dialects.keras3.naming import layer_names
from migrate.dialects.keras3.recurrent import bidirectional_two_sizes, time_major
from migrate.dialects.keras3.replaced import initial_state_in_inputs
from migrate.dialects.keras3.roles import renamed_variable
from migrate.dialects.keras3.training_layers import added_losses
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

ERA = Era.of("2.15.0")
Config = dict[str, Any]
ENTRY = Layer("InputLayer", "x", {"batch_input_shape": [None, 5, 3]})
X = TensorRef("x")
CASES: list[tuple[Callable[[Layer, Era], Layer], str, Config, Config | None]] = [
    # the rule, the class, the configuration, and what it becomes; None where it stays
    (rejected_argument, "DepthwiseConv2D", {"groups": 1, "kernel_size": [3, 3]}, {"kernel_size": [3, 3]}),
    (rejected_argument, "Dense", {"groups": 1}, None),
    (rejected_argument, "Dense", {"batch_input_shape": [None, 3], "units": 3}, {"units": 3}),
    (rejected_argument, "InputLayer", {"batch_input_shape": [None, 3]}, None),
    (rejected_argument, "LSTM", {"time_major": False, "units": 3}, {"units": 3}),
    (spatial_dropout_trainable, "SpatialDropout2D", {"rate": 0.2, "trainable": True}, {"rate": 0.2}),
    (spatial_dropout_trainable, "SpatialDropout2D", {"rate": 0.2}, None),
    (normalization_axes_order, "LayerNormalization", {"axis": [3, 1]}, {"axis": [1, 3]}),
    (normalization_axes_order, "LayerNormalization", {"axis": [1, 3]}, None),
    (normalization_axes_order, "LayerNormalization", {"axis": [-1, -2]}, None),
    (normalization_axes_order, "LayerNormalization", {"axis": 3}, None),
]


@pytest.mark.parametrize(("rule", "name", "before", "after"), CASES)
def test_configurations(
    rule: Callable[[Layer, Era], Layer], name: str, before: Config, after: Config | None
) -> None:
    layer = Layer(name, "a", before)
    done = rule(layer, ERA)
    assert done.config == (before if after is None else after)
    assert (done is layer) is (after is None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"batch_input_shape": [None, 3], "dtype": "int32", "sparse": False, "ragged": False, "name": "x"},
            {"batch_shape": [None, 3], "dtype": "int32"},
        ),
        (
            {"batch_shape": [None, 3], "sparse": True, "dtype": None},
            {"batch_shape": [None, 3], "sparse": True},
        ),
        ({"input_shape": [3]}, {"batch_shape": [None, 3]}),
        ({"batch_input_shape": [2, 3], "input_shape": [3]}, {"batch_shape": [2, 3]}),
        ({}, {"batch_shape": None}),
    ],
)
def test_inputs(before: Config, after: Config) -> None:
    assert input_batch_shape(Layer("InputLayer", "x", before), ERA).config == after


@pytest.mark.parametrize(
    ("rule", "layer", "code"),
    [
        (input_batch_shape, Layer("InputLayer", "x", {"ragged": True}), "CFG044"),
        (input_batch_shape, Layer("InputLayer", "x", {"type_spec": "t"}), "CFG044"),
        (rejected_argument, Layer("LSTM", "l", {"time_major": True}), "CFG041"),
        (rejected_argument, Layer("Conv2DTranspose", "c", {"groups": 2}), "CFG041"),
    ],
)
def test_what_keras_3_cannot_express(rule: Callable[[Layer, Era], Layer], layer: Layer, code: str) -> None:
    with pytest.raises(MigrationError) as refused:
        rule(layer, ERA)
    assert refused.value.code == code


def test_weights_follow_sorted_axes() -> None:
    weights = {"gamma": np.zeros((6, 4), np.float32), "other": np.zeros((2,), np.float32)}
    done = normalization_axes_order(Layer("LayerNormalization", "a", {"axis": [3, 1]}, weights=weights), ERA)
    assert {role: array.shape for role, array in done.weights.items()} == {"gamma": (4, 6), "other": (2,)}


def test_a_renamed_variable() -> None:
    kernel = np.zeros((3, 3, 2, 1), np.float32)
    old = Layer("DepthwiseConv2D", "d", weights={"depthwise_kernel": kernel, "bias": kernel})
    assert list(renamed_variable(old, ERA).weights) == ["kernel", "bias"]
    new = Layer("DepthwiseConv2D", "d", weights={"kernel": kernel})
    assert renamed_variable(new, ERA) is new


# Whole models


def chain(*layers: Layer) -> Model:
    return Model("Sequential", "m", Topology.SEQUENTIAL, (ENTRY, *layers))


def classes(model: Model) -> list[str]:
    return [layer.class_name for layer in model.layers if layer.class_name != "InputLayer"]


@pytest.mark.parametrize(
    ("rule", "layer", "made"),
    [
        (
            causal_separable,
            Layer("SeparableConv1D", "s", {"padding": "causal", "kernel_size": [3]}),
            ["ZeroPadding1D", "SeparableConv1D"],
        ),
        (
            causal_separable,
            Layer("SeparableConv1D", "s", {"padding": "same", "kernel_size": 3}),
            ["SeparableConv1D"],
        ),
        (
            causal_separable,
            Layer(
                "SeparableConv1D",
                "s",
                {"padding": "causal", "kernel_size": 3, "data_format": "channels_first"},
            ),
            "CFG041",
        ),
        (time_major, Layer("LSTM", "l", {"units": 3, "time_major": True}), ["Op", "LSTM"]),
        (
            time_major,
            Layer("LSTM", "l", {"units": 3, "time_major": True, "return_sequences": True}),
            ["Op", "LSTM", "Op"],
        ),
        (
            time_major,
            Layer("LSTM", "l", {"units": 3, "time_major": True, "return_state": True}),
            ["Op", "LSTM"],
        ),
        (time_major, Layer("LSTM", "l", {"units": 3, "time_major": False}), ["LSTM"]),
        (
            time_major,
            Layer("LSTM", "l", {"time_major": True, "return_sequences": True, "return_state": True}),
            "CFG041",
        ),
        (
            resizing_interpolation,
            Layer("Resizing", "r", {"interpolation": "area", "height": 4, "width": 9}),
            ["Op"],
        ),
        (
            resizing_interpolation,
            Layer("Resizing", "r", {"interpolation": "bilinear", "height": 4, "width": 9}),
            ["Resizing"],
        ),
        (resizing_interpolation, Layer("Resizing", "r", {"height": 4, "width": 9}), ["Resizing"]),
        (
            resizing_interpolation,
            Layer("Resizing", "r", {"interpolation": "area", "crop_to_aspect_ratio": True}),
            "CFG084",
        ),
        (
            resizing_interpolation,
            Layer("Resizing", "r", {"interpolation": "area", "pad_to_aspect_ratio": True}),
            "CFG084",
        ),
    ],
)
def test_models(rule: Callable[[Model, Era], Model], layer: Layer, made: list[str] | str) -> None:
    model = chain(layer)
    if isinstance(made, str):
        with pytest.raises(MigrationError) as refused:
            rule(model, ERA)
        assert refused.value.code == made
    else:
        assert classes(rule(model, ERA)) == made


def test_the_zeros_of_a_causal_layer() -> None:
    for rate, kernel, zeros in ((1, [3], 2), ([2], 3, 4)):
        layer = Layer(
            "SeparableConv1D", "s", {"padding": "causal", "kernel_size": kernel, "dilation_rate": rate}
        )
        pad, conv = causal_separable(chain(layer), ERA).layers[1:]
        assert pad.config["padding"] == [zeros, 0]
        assert conv.config["padding"] == "valid"


STATES = [TensorRef("h"), TensorRef("c")]


@pytest.mark.parametrize(
    ("node", "after"),
    [
        (Node(([X, *STATES],)), Node((X,), {"initial_state": STATES})),
        (
            Node(([X, *STATES],), {"mask": X, "constants": None}),
            Node((X,), {"mask": X, "initial_state": STATES}),
        ),
        (Node((X,), {"initial_state": STATES[0]}), Node((X,), {"initial_state": STATES[:1]})),
        (Node((X,), {"constants": None}), Node((X,), {})),
        (Node((X,), {"constants": [X]}), None),
        (Node((X,), {"initial_state": STATES}), None),
        (Node(([X],)), None),
    ],
)
def test_initial_states(node: Node, after: Node | None) -> None:
    layer = Layer("LSTM", "l", nodes=(node,))
    done = initial_state_in_inputs(layer, ERA)
    assert done.nodes == ((node,) if after is None else (after,))
    assert (done is layer) is (after is None)


def test_names_without_slashes() -> None:
    child = Layer("Dense", "c/d")
    wrapper = Layer("TimeDistributed", "a/t", nodes=(Node((X,)),), children={"layer": child})
    inner = Layer(
        "Sequential",
        "s/m",
        model=Model("Sequential", "s/m", Topology.SEQUENTIAL, ()),
        nodes=(Node((TensorRef("a/t"),)),),
    )
    plain = Layer("Dense", "a_t", nodes=(Node((TensorRef("s/m"),)),))
    model = Model("Model", "m", Topology.FUNCTIONAL, (ENTRY, wrapper, inner, plain), X, TensorRef("a_t"))
    done = layer_names(model, ERA)
    assert [layer.name for layer in done.layers] == ["x", "a_t_1", "s_m", "a_t"]
    assert done.layers[1].children["layer"].name == "c_d"
    assert done.layers[2].model is not None
    assert done.layers[2].model.name == "s_m"
    assert list(done.layers[2].nodes[0].refs()) == [TensorRef("a_t_1")]
    assert layer_names(done, ERA) is done
    row = chain(Layer("TimeDistributed", "t", children={"layer": child}))
    assert layer_names(row, ERA).layers[1].children["layer"].name == "c_d"
    quiet = chain(Layer("TimeDistributed", "t", children={"layer": Layer("Dense", "c")}), Layer("Dense", "d"))
    assert layer_names(quiet, ERA) is quiet


def test_losses_that_were_added_to_a_graph() -> None:
    def dense(name: str, source: str, **more: Any) -> Layer:
        return Layer("Dense", name, nodes=(Node((TensorRef(source),)),), **more)

    held = {"kernel": np.zeros((3, 3), np.float32)}
    layers = (
        ENTRY,
        dense("out", "x"),
        dense("only", "x"),
        dense("weighed", "x", weights=held),
        dense("wraps", "x", children={"layer": Layer("Dense", "in")}),
        dense("nested", "x", model=Model("Sequential", "n", Topology.SEQUENTIAL, ())),
        Layer("AddLoss", "loss", nodes=(Node((TensorRef("only"),)),)),
    )
    model = Model("Model", "m", Topology.FUNCTIONAL, layers, X, TensorRef("out"))
    done = added_losses(model, ERA)
    assert [layer.name for layer in done.layers] == ["x", "out", "weighed", "wraps", "nested"]
    unused = Model("Model", "m", Topology.FUNCTIONAL, layers[:3], X, TensorRef("out"))
    assert added_losses(unused, ERA) is unused
    row = chain(Layer("Dense", "d"), Layer("AddLoss", "loss"))
    assert added_losses(row, ERA) is row


def both(units: int, kwargs: Config | None = None, backward: str = "GRU") -> Model:
    children = {
        "forward_layer": Layer("LSTM", "f", {"units": 2, "name": "f"}),
        "backward_layer": Layer(backward, "b", {"units": units, "name": "b", "go_backwards": True}),
    }
    node = Node((X,), kwargs or {})
    layer = Layer("Bidirectional", "both", {"merge_mode": "concat"}, (node,), children=children)
    return Model("Model", "m", Topology.FUNCTIONAL, (ENTRY, layer), X, TensorRef("both"))


def test_directions_of_two_sizes() -> None:
    same = both(2)
    assert bidirectional_two_sizes(same, ERA) is same
    own = both(3)
    own = replace(own, layers=(ENTRY, own.layers[1].renamed_class("OwnDirections")))
    assert bidirectional_two_sizes(own, ERA) is own
    apart = classes(bidirectional_two_sizes(both(3), ERA))
    assert "Bidirectional" not in apart
    assert {"LSTM", "GRU"} <= set(apart)
    assert bidirectional_two_sizes(both(3, {"mask": None}), ERA).layers
    twice, pair = both(3), both(3)
    twice = replace(twice, layers=(ENTRY, replace(twice.layers[1], nodes=twice.layers[1].nodes * 2)))
    pair = replace(pair, layers=(ENTRY, replace(pair.layers[1], nodes=(Node(([X, X],)),))))
    for model in (both(3, {"initial_state": [X]}), both(3, backward="Own"), twice, pair):
        with pytest.raises(MigrationError) as refused:
            bidirectional_two_sizes(model, ERA)
        assert refused.value.code == "CFG077"
