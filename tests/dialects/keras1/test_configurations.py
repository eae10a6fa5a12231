"""Configurations and arrays of Keras 1, layer by layer: what each rule changes, and what it leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras1.convolution import (
    _UNSAID,
    deconvolution_output_shape,
    full_border,
    missing_ordering,
)
from migrate.dialects.keras1.endpoints import input_behind_identity
from migrate.dialects.keras1.merging import merge_cosine, merge_layer, sequential_of_branches
from migrate.dialects.keras1.spelling import keras1_arguments, lost_regularisation
from migrate.dialects.keras1.weights import keras1_layout
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

ERA = Era.of("1.2.2")
L2 = {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.1}
ARGUMENTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "InputLayer",
        {"input_dtype": "int32", "batch_input_shape": [None, 3]},
        {"dtype": "int32", "batch_input_shape": [None, 3]},
    ),
    (
        "Dense",
        {"output_dim": 3, "input_dim": 4, "init": "uniform"},
        {"units": 3, "kernel_initializer": "random_uniform"},
    ),
    (
        "Dense",
        {"output_dim": 3, "init": "glorot_uniform"},
        {"units": 3, "kernel_initializer": "glorot_uniform"},
    ),
    (
        "Dense",
        {"units": 3, "kernel_initializer": {"class_name": "Zeros", "config": {}}},
        {"units": 3, "kernel_initializer": {"class_name": "Zeros", "config": {}}},
    ),
    (
        "Dense",
        {"W_regularizer": L2},
        {"kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}}},
    ),
    ("Dense", {"W_regularizer": None}, {"kernel_regularizer": None}),
    (
        "Dense",
        {"W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}},
        {"kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 2, "axis": 0}}},
    ),
    (
        "Dense",
        {"W_constraint": {"name": "NonNeg"}},
        {"kernel_constraint": {"class_name": "NonNeg", "config": {}}},
    ),
    ("Dense", {"W_constraint": {"name": "Own"}}, {"kernel_constraint": {"name": "Own"}}),
    (
        "Dense",
        {"W_constraint": {"class_name": "MaxNorm", "config": {}, "name": "MaxNorm"}},
        {"kernel_constraint": {"class_name": "MaxNorm", "config": {}, "name": "MaxNorm"}},
    ),
    ("Dense", {"W_constraint": {"m": 2}}, {"kernel_constraint": {"m": 2}}),
    (
        "Conv2D",
        {"nb_filter": 4, "nb_row": 3, "nb_col": 2, "dim_ordering": "th"},
        {"filters": 4, "kernel_size": [3, 2], "data_format": "channels_first"},
    ),
    ("Conv2D", {"nb_filter": 4, "nb_row": 3}, {"filters": 4, "nb_row": 3}),
    ("Embedding", {"input_dim": 5, "output_dim": 3, "dropout": 0.0}, {"input_dim": 5, "output_dim": 3}),
    (
        "Embedding",
        {"input_dim": 5, "output_dim": 3, "dropout": 0.5},
        {"input_dim": 5, "output_dim": 3, "dropout": 0.5},
    ),
    ("Dense", {"dropout": 0.0}, {"dropout": 0.0}),
    ("ZeroPadding2D", {"padding": [1, 2, 3, 4]}, {"padding": [[1, 2], [3, 4]]}),
    ("ZeroPadding2D", {"padding": {"top_pad": 1, "left_pad": 2}}, {"padding": [[1, 0], [2, 0]]}),
    ("ZeroPadding2D", {"padding": {"bottom_pad": 1, "right_pad": 2}}, {"padding": [[0, 1], [0, 2]]}),
    ("ZeroPadding1D", {"padding": {"left_pad": 1, "right_pad": 2}}, {"padding": [1, 2]}),
    ("ZeroPadding2D", {"padding": [1, 2]}, {"padding": [1, 2]}),
    ("ZeroPadding2D", {"dim_ordering": "tf"}, {"data_format": "channels_last"}),
    ("Cropping2D", {"padding": [1, 2, 3, 4]}, {"padding": [1, 2, 3, 4]}),
    ("ActivityRegularization", {"l1": None, "l2": 0.5}, {"l1": 0.0, "l2": 0.5}),
    ("GRU", {"output_dim": 3}, {"units": 3, "use_bias": True, "reset_after": False}),
    (
        "LSTM",
        {"output_dim": 3, "forget_bias_init": "one"},
        {"units": 3, "use_bias": True, "unit_forget_bias": True},
    ),
    (
        "LSTM",
        {"units": 3, "forget_bias_init": "zero", "use_bias": False},
        {"units": 3, "use_bias": False, "unit_forget_bias": False},
    ),
]


@pytest.mark.parametrize(("name", "before", "after"), ARGUMENTS)
def test_arguments(name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    layer = Layer(name, "a", before)
    done = keras1_arguments(layer, ERA)
    assert done.config == after
    assert (done is layer) is (before == after)


def test_a_model_has_no_arguments_of_its_own() -> None:
    inner = Model("Sequential", "m", Topology.SEQUENTIAL, ())
    layer = Layer("Sequential", "m", {"output_dim": 3, "input_dim": 4}, model=inner)
    assert keras1_arguments(layer, ERA) is layer


def test_what_has_no_successor() -> None:
    eigen = Layer(
        "Dense", "d", {"W_regularizer": {"name": "EigenvalueRegularizer", "k": 1}, "b_regularizer": L2}
    )
    assert lost_regularisation(eigen, ERA).config == {"b_regularizer": L2}
    assert lost_regularisation(Layer("Embedding", "e", {"dropout": 0.5}), ERA).config == {}
    for kept in (Layer("Embedding", "e", {"dropout": 0.0}), Layer("Dense", "d", {"dropout": 0.5})):
        assert lost_regularisation(kept, ERA) is kept


# Arrays


def array(*shape: int) -> np.ndarray[Any, Any]:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


KERNELS: list[tuple[str, dict[str, Any], tuple[int, ...], tuple[int, ...] | None]] = [
    # the class, its configuration, the shape of the kernel, and its transposition; None where it stays
    ("Conv2D", {"data_format": "channels_first"}, (4, 3, 2, 5), (2, 3, 1, 0)),
    ("Conv2D", {"data_format": "channels_last"}, (2, 5, 3, 4), None),
    ("Conv2D", {}, (2, 5, 3, 4), None),
    ("Conv3D", {"data_format": "channels_first"}, (4, 3, 2, 5, 6), (2, 3, 4, 1, 0)),
    ("Conv2DTranspose", {"data_format": "channels_last"}, (2, 5, 3, 4), (0, 1, 3, 2)),
    ("Conv2DTranspose", {"data_format": "channels_first"}, (4, 3, 2, 5), (2, 3, 0, 1)),
    ("Dense", {"data_format": "channels_first"}, (3, 4), None),
    ("Conv1D", {"filters": 4, "kernel_size": 3}, (3, 2, 4), None),
]


@pytest.mark.parametrize(("name", "config", "shape", "turned"), KERNELS)
def test_kernels(
    name: str, config: dict[str, Any], shape: tuple[int, ...], turned: tuple[int, ...] | None
) -> None:
    stored = array(*shape)
    done = keras1_layout(Layer(name, "a", config, weights={"W": stored, "b": array(4)}), ERA)
    assert list(done.weights) == ["kernel", "bias"]
    np.testing.assert_array_equal(
        done.weights["kernel"], stored if turned is None else stored.transpose(turned)
    )


@pytest.mark.parametrize(
    ("shape", "length", "filters", "first"),
    [
        ((3, 1, 2, 4), 3, 4, True),
        ((4, 2, 3, 1), 3, 4, False),
        ((3, 1, 2, 1), 2, 3, False),
        ((3, 1, 3, 2), 3, 3, False),
    ],
)
def test_kernels_of_conv1d(shape: tuple[int, ...], length: int, filters: int, first: bool) -> None:
    stored = array(*shape)
    layer = Layer("Conv1D", "a", {"filters": filters, "kernel_size": [length]}, weights={"W": stored})
    kernel = keras1_layout(layer, ERA).weights["kernel"]
    expected = stored[:, 0] if first else stored.transpose(2, 3, 1, 0)[:, 0]
    np.testing.assert_array_equal(kernel, expected)


def test_arrays_of_keras_2_stay() -> None:
    for weights in ({}, {"kernel": array(3, 4)}):
        layer = Layer("Dense", "a", {}, weights=weights)
        assert keras1_layout(layer, ERA) is layer


# Inputs behind layers that do nothing


def behind(class_name: str, calls: int = 1, **config: Any) -> Model:
    layers = (
        Layer("InputLayer", "x", {}),
        Layer(class_name, "y", config, tuple(Node((TensorRef("x"),)) for _ in range(calls))),
    )
    return Model("Model", "m", Topology.FUNCTIONAL, layers, TensorRef("y"), TensorRef("y"))


@pytest.mark.parametrize(
    ("class_name", "config", "identity"),
    [
        ("Dropout", {"p": 0.0}, True),
        ("Dropout", {}, True),
        ("Dropout", {"p": 1.0}, True),
        ("Dropout", {"p": 0.5}, False),
        ("Activation", {"activation": "linear"}, True),
        ("Activation", {"activation": "relu"}, False),
        ("Dense", {"activation": "linear"}, False),
        ("ActivityRegularization", {}, True),
    ],
)
def test_an_input_behind_a_layer(class_name: str, config: dict[str, Any], identity: bool) -> None:
    model = behind(class_name, **config)
    done = input_behind_identity(model, ERA)
    assert done.inputs == TensorRef("x" if identity else "y")
    assert (done is model) is not identity


def test_an_input_behind_a_layer_of_two_calls_or_in_a_sequential() -> None:
    twice = behind("ActivityRegularization", calls=2)
    assert input_behind_identity(twice, ERA) is twice
    sequential = Model("Sequential", "m", Topology.SEQUENTIAL, (Layer("Dense", "d"),))
    assert input_behind_identity(sequential, ERA) is sequential


# Orders of dimensions, borders and shapes


def test_a_layer_without_an_order_takes_that_of_the_others() -> None:
    first, last = (
        Layer("Conv2D", name, {"data_format": name}) for name in ("channels_first", "channels_last")
    )
    bare, dense = Layer(sorted(_UNSAID)[0], "bare"), Layer("Dense", "dense")
    for layers in (
        (first, dense),
        (first, last),
        (replace(bare, config={"data_format": "channels_last"}), first),
    ):
        model = Model("Sequential", "m", Topology.SEQUENTIAL, layers)
        assert missing_ordering(model, ERA) is model
    done = missing_ordering(Model("Sequential", "m", Topology.SEQUENTIAL, (first, bare)), ERA)
    assert done.layer("bare").config["data_format"] == "channels_first"
    with pytest.raises(MigrationError) as refused:
        missing_ordering(Model("Sequential", "m", Topology.SEQUENTIAL, (first, last, bare)), ERA)
    assert refused.value.code == "CFG120"


def test_a_full_border_is_padded() -> None:
    for config in ({"data_format": "channels_first"}, {}):
        layer = Layer("Conv2D", "c", {"padding": "full", "kernel_size": [3, 2], **config})
        plain = Layer("Conv2D", "d", {"padding": "same", "kernel_size": [3, 2]})
        done = full_border(Model("Sequential", "m", Topology.SEQUENTIAL, (layer, plain)), ERA)
        pad, conv, other = done.layers
        assert pad.config == {"padding": [[2, 2], [1, 1]], **config}
        assert conv.config["padding"] == "valid"
        assert other is plain


@pytest.mark.parametrize(
    ("shape", "config", "after"),
    [
        ([None, 6, 8, 3], {}, {}),
        ([None, None, 8, 3], {}, {}),
        ([None, 7, 8, 3], {}, {"output_padding": [1, 0]}),
        ([None, 3, 6, 8], {"data_format": "channels_first"}, {"data_format": "channels_first"}),
    ],
)
def test_the_shape_of_a_deconvolution(
    shape: list[int | None], config: dict[str, Any], after: dict[str, Any]
) -> None:
    kernel = {"kernel_size": [2, 2], "strides": [2, 2], "padding": "valid"}
    layer = Layer("Conv2DTranspose", "d", {"output_shape": shape, **kernel, **config})
    assert deconvolution_output_shape(layer, ERA).config == {**kernel, **after}
    plain = Layer("Conv2DTranspose", "d", kernel)
    assert deconvolution_output_shape(plain, ERA) is plain


def test_a_shape_that_the_strides_cannot_give() -> None:
    layer = Layer(
        "Conv2DTranspose",
        "d",
        {"output_shape": [None, 9, 9, 3], "kernel_size": [2, 2], "strides": [1, 1], "padding": "same"},
    )
    done = deconvolution_output_shape(layer, ERA)
    assert "output_shape" not in done.config


# Merging


@pytest.mark.parametrize(
    ("config", "class_name", "after"),
    [
        ({"mode": "concat", "concat_axis": 1}, "Concatenate", {"axis": 1}),
        ({"mode": "concat", "trainable": False}, "Concatenate", {"trainable": False, "axis": -1}),
        ({"mode": "dot", "dot_axes": [1, 1]}, "Dot", {"axes": [1, 1], "normalize": False}),
        ({"mode": "sum"}, "Add", {}),
        ({"mode": "cos"}, "Merge", {"mode": "cos"}),
        ({"mode": None}, "Merge", {"mode": None}),
    ],
)
def test_ways_of_joining(config: dict[str, Any], class_name: str, after: dict[str, Any]) -> None:
    done = merge_layer(Layer("Merge", "m", config), ERA)
    assert (done.class_name, done.config) == (class_name, after)


@pytest.mark.parametrize(
    "config",
    [
        {"mode": ["code"], "mode_type": "raw"},
        {"mode": "f", "mode_type": "function"},
        {"mode": "f", "mode_type": "lambda", "arguments": {"a": 1}},
    ],
)
def test_functions_that_join(config: dict[str, Any]) -> None:
    done = merge_layer(Layer("Merge", "m", {**config, "output_shape": [3], "output_shape_type": "raw"}), ERA)
    assert done.class_name == "Lambda"
    assert done.config["function"] == config["mode"]
    assert done.config["function_type"] == config["mode_type"]
    assert done.config["arguments"] == config.get("arguments", {})
    assert done.config["output_shape"] == [3]


def test_models_without_branches_stay() -> None:
    graph = behind("Dense")
    empty = Model("Sequential", "m", Topology.SEQUENTIAL, ())
    plain = Model("Sequential", "m", Topology.SEQUENTIAL, (Layer("Dense", "d"),))
    alone = Model("Sequential", "m", Topology.SEQUENTIAL, (Layer("Merge", "d", {"mode": "sum"}),))
    for model in (graph, empty, plain, alone):
        assert sequential_of_branches(model, ERA) is model
    joined = Model("Sequential", "m", Topology.SEQUENTIAL, (Layer("Merge", "d", {"mode": "sum"}),))
    assert merge_cosine(joined, ERA).layers == joined.layers
