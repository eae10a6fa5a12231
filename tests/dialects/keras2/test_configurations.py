"""Configurations of Keras 2, layer by layer: what each rule changes, and what it leaves as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects.keras2.axes import single_axis_list
from migrate.dialects.keras2.dtypes import (
    dtype_policy,
    embedding_input_dtype,
    inferred_dtype,
    initializer_dtype,
)
from migrate.dialects.keras2.initial_values import lambda_initializer
from migrate.dialects.keras2.recurrent import backward_layer, gru_reset_after, recurrent_default_activation
from migrate.dialects.keras2.resizing import bilinear_corners, missing_interpolation
from migrate.dialects.keras2.spelling import attention_shapes, function_alias
from migrate.dialects.rule import Era

KERAS, TF_1, TF_2 = Era.of("2.2.4"), Era.of("2.2.4-tf"), Era.of("2.4.0")
Config = dict[str, Any]


def said(config: Any, name: str = "GlorotUniform") -> Config:
    return {"kernel_initializer": {"class_name": name, "config": config}}


CASES: list[tuple[Callable[[Layer, Era], Layer], str, Era, Config, Config | None]] = [
    # the rule, the class, the era, the configuration, and what it becomes; None where it stays
    (
        dtype_policy,
        "Dense",
        TF_2,
        {"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}},
        {"dtype": "mixed_float16"},
    ),
    (dtype_policy, "Dense", TF_2, {"dtype": {"class_name": "Policy", "config": {}}}, {"dtype": "float32"}),
    (dtype_policy, "Dense", TF_2, {"dtype": {"class_name": "Policy", "config": None}}, None),
    (dtype_policy, "Dense", TF_2, {"dtype": "float32"}, None),
    (inferred_dtype, "Dense", TF_1, {"dtype": "_infer", "units": 3}, {"units": 3}),
    (inferred_dtype, "Dense", TF_1, {"dtype": None}, {}),
    (inferred_dtype, "Dense", TF_1, {"dtype": "float32"}, None),
    (inferred_dtype, "Dense", TF_1, {"units": 3}, None),
    (initializer_dtype, "Dense", TF_1, said({"seed": 1, "dtype": "float32"}), said({"seed": 1})),
    (
        initializer_dtype,
        "Dense",
        TF_1,
        said({"seed": 1, "dtype": "float32"}, "Own"),
        said({"seed": 1}, "Own"),
    ),
    (initializer_dtype, "Dense", TF_2, said({"seed": 1, "dtype": "float32"}, "Own"), None),
    (initializer_dtype, "Dense", TF_2, said({"seed": 1, "dtype": "float32"}), said({"seed": 1})),
    (initializer_dtype, "Dense", TF_1, said({"seed": 1}), None),
    (initializer_dtype, "Dense", TF_1, said(None), None),
    (initializer_dtype, "Dense", TF_1, {"kernel_initializer": "zeros"}, None),
    (
        initializer_dtype,
        "Dense",
        TF_1,
        {"cell": {"class_name": "GlorotUniform", "config": {"dtype": "float32"}}},
        None,
    ),
    (embedding_input_dtype, "Embedding", KERAS, {"dtype": "int32", "output_dim": 3}, {"output_dim": 3}),
    (embedding_input_dtype, "Embedding", KERAS, {"dtype": "float32"}, None),
    (function_alias, "Dense", TF_2, {"activation": "log_softmax_v2"}, {"activation": "log_softmax"}),
    (
        function_alias,
        "LSTM",
        TF_2,
        {"recurrent_activation": "log_softmax_v2"},
        {"recurrent_activation": "log_softmax"},
    ),
    (function_alias, "Dense", TF_2, {"activation": "relu", "name": "log_softmax_v2"}, None),
    (function_alias, "Dense", TF_2, {"activation": {"class_name": "Own"}}, None),
    (lambda_initializer, "Dense", KERAS, {"kernel_initializer": "<lambda>", "units": 3}, {"units": 3}),
    (lambda_initializer, "Dense", KERAS, {"kernel_initializer": {"class_name": "<lambda>"}}, {}),
    (
        lambda_initializer,
        "Dense",
        KERAS,
        {"kernel_initializer": {"class_name": "function", "config": "<lambda>"}},
        {},
    ),
    (lambda_initializer, "Dense", KERAS, {"kernel_initializer": "zeros"}, None),
    (lambda_initializer, "Dense", KERAS, {"activation": "<lambda>"}, None),
    (single_axis_list, "BatchNormalization", TF_2, {"axis": [3]}, {"axis": 3}),
    (single_axis_list, "BatchNormalization", TF_2, {"axis": [1, 2]}, None),
    (single_axis_list, "BatchNormalization", TF_2, {"axis": "3"}, None),
    (single_axis_list, "BatchNormalization", TF_2, {"axis": 3}, None),
    (
        missing_interpolation,
        "UpSampling2D",
        TF_1,
        {"size": [2, 2]},
        {"size": [2, 2], "interpolation": "nearest"},
    ),
    (missing_interpolation, "UpSampling2D", TF_1, {"interpolation": "bilinear"}, None),
    (missing_interpolation, "UpSampling2D", KERAS, {"size": [2, 2]}, None),
    (gru_reset_after, "GRU", TF_2, {}, {"reset_after": True}),
    (gru_reset_after, "GRU", KERAS, {}, {"reset_after": False}),
    (gru_reset_after, "GRU", TF_1, {}, {"reset_after": False}),
    (gru_reset_after, "GRU", Era.of("2.3.1"), {}, {"reset_after": False}),
    (gru_reset_after, "GRU", KERAS, {"reset_after": True}, None),
    (recurrent_default_activation, "LSTM", TF_2, {}, {"recurrent_activation": "sigmoid"}),
    (recurrent_default_activation, "LSTM", TF_1, {}, {"recurrent_activation": "hard_sigmoid"}),
    (recurrent_default_activation, "LSTM", Era.of("2.3.1"), {}, {"recurrent_activation": "hard_sigmoid"}),
    (recurrent_default_activation, "ConvLSTM2D", TF_2, {}, {"recurrent_activation": "hard_sigmoid"}),
    (recurrent_default_activation, "LSTM", KERAS, {"recurrent_activation": "tanh"}, None),
    (
        attention_shapes,
        "MultiHeadAttention",
        TF_2,
        {"query_shape": [3]},
        {"query_shape": [3], "key_shape": None, "value_shape": None},
    ),
    (
        attention_shapes,
        "MultiHeadAttention",
        TF_2,
        {"query_shape": 1, "key_shape": 2, "value_shape": 3},
        None,
    ),
]


@pytest.mark.parametrize(("rule", "name", "era", "before", "after"), CASES)
def test_configurations(
    rule: Callable[[Layer, Era], Layer], name: str, era: Era, before: Config, after: Config | None
) -> None:
    layer = Layer(name, "a", before)
    done = rule(layer, era)
    assert done.config == (before if after is None else after)
    assert (done is layer) is (after is None)


@pytest.mark.parametrize(("shape", "after"), [((2, 9), True), ((9,), False)])
def test_a_bias_says_where_a_gru_resets(shape: tuple[int, ...], after: bool) -> None:
    for era in (KERAS, TF_2):
        layer = Layer("GRU", "a", {}, weights={"bias": np.zeros(shape, np.float32)})
        assert gru_reset_after(layer, era).config == {"reset_after": after}


def test_the_backward_layer_is_the_forward_one_turned() -> None:
    forward = Layer("LSTM", "forward_a", {"name": "forward_a", "go_backwards": True})
    both = backward_layer(Layer("Bidirectional", "b", {}, children={"forward_layer": forward}), TF_2)
    backward = both.children["backward_layer"]
    assert (backward.name, backward.config["go_backwards"]) == ("backward_a", False)
    assert backward_layer(both, TF_2) is both
    bare = Layer("Bidirectional", "b")
    assert backward_layer(bare, TF_2) is bare


@pytest.mark.parametrize(
    ("config", "era", "parts"),
    [
        ({"size": [2, 2], "interpolation": "bilinear"}, KERAS, ["UpSampling2D", "AveragePooling2D"]),
        (
            {"size": [3, 2], "interpolation": "bilinear"},
            KERAS,
            ["UpSampling2D", "TFOpLambda", "AveragePooling2D"],
        ),
        ({"size": [2, 2], "interpolation": "nearest"}, KERAS, ["UpSampling2D"]),
        ({"size": [2, 2]}, KERAS, ["UpSampling2D"]),
        ({"size": [2, 2], "interpolation": "bilinear"}, TF_1, ["UpSampling2D"]),
    ],
)
def test_pixels_between_pixels(config: Config, era: Era, parts: list[str]) -> None:
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 4, 4, 3]})
    model = Model("Sequential", "m", Topology.SEQUENTIAL, (entry, Layer("UpSampling2D", "u", config)))
    made = [
        layer.class_name for layer in bilinear_corners(model, era).layers if layer.class_name != "InputLayer"
    ]
    assert made == parts
