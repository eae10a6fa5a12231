"""Each rule of Keras 1 fires on a file that Keras 1.2.2 wrote, and does what it says."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras1.composites import maxout_dense, prelu_shared_axes, srelu
from migrate.dialects.keras1.convolution import deconvolution_output_shape, full_border, missing_ordering
from migrate.dialects.keras1.merging import merge_layer, sequential_of_branches
from migrate.dialects.keras1.spelling import keras1_arguments
from migrate.dialects.keras1.weights import keras1_gates, keras1_layout
from migrate.dialects.rule import Era, Notes, Step, registered
from migrate.dialects.upgrade import upgrade
from migrate.findings import MigrationError
from tests.dialects.authentic import as_written, classes, codes, first, translated

ERA = Era.of("1.2.2")


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("CFG101", "keras-1.2.2/conv_atrous_separable"),
        ("CFG102", "keras-1.2.2/mlp"),
        ("CFG103", "keras-1.2.2/maxout_highway"),
        ("CFG104", "keras-1.2.2/maxout_highway"),
        ("CFG106", "keras-1.2.2/activation_layers"),
        ("CFG107", "keras-1.2.2/activation_layers"),
        ("CFG110", "keras-1.2.2/merge_sequential_concat"),
        ("CFG111", "keras-1.2.2/merge_modes"),
        ("CFG112", "keras-1.2.2/merge_sequential_cos"),
        ("CFG114", "keras-1.2.2/batch_normalization_mode1"),
        ("CFG115", "keras-1.2.2/activation_names"),
        ("CFG117", "keras-1.2.2/deconv"),
        ("CFG119", "keras-1.2.2/conv_tf"),
        ("WGT002", "keras-1.2.2/rnn_cpu"),
        ("WGT003", "keras-1.2.2/conv_th"),
        ("SIL003", "keras-1.2.2-theano/conv_1d"),
        ("SIL030", "keras-1.2.2-theano/conv_tf"),
    ],
)
def test_rule_fires_on_an_authentic_file(code: str, case: str) -> None:
    assert code in codes(translated(case))


def test_no_name_of_keras_1_is_left() -> None:
    old = {
        "nb_filter",
        "border_mode",
        "dim_ordering",
        "output_dim",
        "init",
        "W_regularizer",
        "input_dtype",
        "p",
    }
    for case in ("mlp", "conv_tf", "conv_th", "rnn_cpu", "time_distributed", "reshaping", "conv_local_lstm"):
        for path, layer in translated(f"keras-1.2.2/{case}").legacy.walk():
            left = old & set(layer.config) - ({"output_dim"} if layer.class_name == "Embedding" else set())
            assert not left, (case, path, left)


def test_objects_have_a_class_and_a_configuration() -> None:
    dense = first(translated("keras-1.2.2/mlp").legacy, "Dense")
    regularizer = dense.config["kernel_regularizer"]
    assert regularizer["class_name"] == "L1L2"
    assert regularizer["config"]["l2"] == pytest.approx(0.01)
    assert dense.config["kernel_constraint"] == {
        "class_name": "MaxNorm",
        "config": {"max_value": 2, "axis": 0},
    }


def test_gates_of_an_lstm_are_joined_in_the_order_of_keras_2() -> None:
    model, era = as_written("keras-1.2.2/rnn_cpu")
    lstm = first(model, "LSTM")
    joined = keras1_gates(keras1_arguments(lstm, era), era)
    assert set(joined.weights) == {"kernel", "recurrent_kernel", "bias"}
    for position, gate in enumerate("ifco"):
        columns = slice(3 * position, 3 * position + 3)
        np.testing.assert_array_equal(joined.weights["kernel"][:, columns], lstm.weights[f"W_{gate}"])
        np.testing.assert_array_equal(
            joined.weights["recurrent_kernel"][:, columns], lstm.weights[f"U_{gate}"]
        )
        np.testing.assert_array_equal(joined.weights["bias"][columns], lstm.weights[f"b_{gate}"])


def test_a_gru_of_keras_1_resets_before() -> None:
    gru = first(translated("keras-1.2.2/rnn_cpu").legacy, "GRU")
    assert gru.config["reset_after"] is False
    assert gru.config["go_backwards"] is True


def test_layers_built_for_gpus_keep_their_joined_gates() -> None:
    model, era = as_written("keras-1.2.2/rnn_gpu")
    lstm = first(model, "LSTM")
    assert keras1_gates(lstm, era) is lstm
    kernel = first(translated("keras-1.2.2/rnn_gpu").legacy, "LSTM").weights["kernel"]
    np.testing.assert_array_equal(kernel, lstm.weights["W"])


def test_kernels_of_th_models_are_transposed() -> None:
    model, _ = as_written("keras-1.2.2/conv_th")
    stored = first(model, "Convolution2D").weights["W"]
    kernel = first(translated("keras-1.2.2/conv_th").legacy, "Conv2D").weights["kernel"]
    assert stored.shape == (3, 2, 3, 2)
    assert kernel.shape == (3, 2, 2, 3)
    assert kernel[2, 1, 0, 2] == stored[2, 0, 2, 1]


def test_theano_kernels_are_turned_around() -> None:
    model, _ = as_written("keras-1.2.2-theano/conv_1d")
    stored = first(model, "Convolution1D").weights["W"]
    kernel = first(translated("keras-1.2.2-theano/conv_1d").legacy, "Conv1D").weights["kernel"]
    np.testing.assert_array_equal(kernel, stored[::-1, 0])


def test_kernels_of_keras_1_0_conv1d_have_another_order() -> None:
    stored = np.arange(4 * 2 * 3, dtype=np.float32).reshape(4, 2, 3, 1)  # filters, channels, length, 1
    layer = Layer("Conv1D", "c", {"filters": 4, "kernel_size": 3}, weights={"W": stored})
    kernel = keras1_layout(layer, ERA).weights["kernel"]
    assert kernel.shape == (3, 2, 4)
    assert kernel[2, 1, 3] == stored[3, 1, 2, 0]


def test_running_std_is_a_variance() -> None:
    model, _ = as_written("keras-1.2.2/conv_th")
    stored = first(model, "BatchNormalization").weights["running_std"]
    done = first(translated("keras-1.2.2/conv_th").legacy, "BatchNormalization")
    np.testing.assert_array_equal(done.weights["moving_variance"], stored)
    assert "mode" not in done.config


def test_maxout_is_the_maximum_of_its_maps() -> None:
    model, _ = as_written("keras-1.2.2/maxout_highway")
    maxout = first(model, "MaxoutDense")
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    expected = (np.einsum("bi,fio->bfo", x, maxout.weights["W"]) + maxout.weights["b"]).max(axis=1)
    legacy = translated("keras-1.2.2/maxout_highway").legacy
    dense, reshape = legacy.layer("maxoutdense_1_maps"), legacy.layer("maxoutdense_1_split")
    maps = x @ dense.weights["kernel"] + dense.weights["bias"]
    actual = maps.reshape(-1, *reshape.config["target_shape"]).max(axis=1)
    np.testing.assert_allclose(actual, expected, rtol=1e-5)
    assert legacy.layer("maxoutdense_1").class_name == "GlobalMaxPooling1D"


def test_shared_axes_of_slopes_are_told_by_their_shape() -> None:
    shared = Layer("PReLU", "p", {}, weights={"alpha": np.zeros((1, 1, 3), np.float32)})
    assert prelu_shared_axes(shared, ERA).config["shared_axes"] == [1, 2]
    own = Layer("PReLU", "p", {}, weights={"alpha": np.zeros((4, 3), np.float32)})
    assert prelu_shared_axes(own, ERA) is own


@pytest.mark.parametrize("shape", [(4, 3), (1, 3)])
def test_srelu_is_linear_in_three_pieces(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    weights = {
        role: rng.normal(size=shape).astype(np.float32) for role in ("t_left", "a_left", "t_right", "a_right")
    }
    layer = Layer("SReLU", "s", {}, (Node((TensorRef("x"),)),), weights)
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 4, 3]})
    model = srelu(
        Model("Model", "m", Topology.FUNCTIONAL, (entry, layer), TensorRef("x"), TensorRef("s")), ERA
    )
    x = rng.normal(0, 2, size=(6, 4, 3)).astype(np.float32)
    left, right = weights["t_left"], weights["t_left"] + np.abs(weights["t_right"])
    expected = np.where(x < left, left + weights["a_left"] * (x - left), x)
    expected = np.where(x > right, right + weights["a_right"] * (x - right), expected)

    def product(name: str, value: Array) -> Array:
        part = model.layer(name)
        result: Array = np.einsum(part.config["equation"], value, part.weights["kernel"])
        if "bias" in part.weights:
            result = np.maximum(result + part.weights["bias"], 0)
        return result

    actual = x + product("s_left", product("s_below", x)) + product("s_right", product("s_above", x))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)
    assert model.layer("s").class_name == "Add"


def test_a_constraint_that_would_change_axes_is_refused() -> None:
    model, _ = as_written("keras-1.2.2/maxout_highway")
    maxout = first(model, "MaxoutDense").with_config(kernel_constraint={"class_name": "MaxNorm"}, units=4)
    with pytest.raises(MigrationError) as refused:
        maxout_dense(Model("Sequential", "m", Topology.SEQUENTIAL, (maxout,)), ERA)
    assert refused.value.code == "CFG109"


def test_branches_of_a_sequential_become_inputs() -> None:
    legacy = translated("keras-1.2.2/merge_sequential_concat").legacy
    assert legacy.topology is Topology.FUNCTIONAL
    assert [ref.layer for ref in legacy.inputs] == ["left_dense_input", "right_dense_input"]
    merge = legacy.layer("merge_1")
    assert (merge.class_name, merge.config["axis"]) == ("Concatenate", 1)
    assert merge.nodes == (Node(([TensorRef("left_dense"), TensorRef("right_dense")],)),)
    assert legacy.layer("left_dense").weights["kernel"].shape == (3, 4)


def test_sequential_branches_of_a_merge_carry_no_mask() -> None:
    def branch(name: str, mask_zero: bool) -> Layer:
        entry = Layer("InputLayer", f"{name}_input", {"batch_input_shape": [None, 4]})
        words = Layer("Embedding", name, {"input_dim": 5, "output_dim": 2, "mask_zero": mask_zero})
        inner = Model("Sequential", f"{name}_model", Topology.SEQUENTIAL, (entry, words))
        return Layer("Sequential", f"{name}_model", model=inner)

    merge = Layer(
        "Merge",
        "merge",
        {"mode": "sum"},
        children={"layers/0": branch("a", True), "layers/1": branch("b", False)},
    )
    model = sequential_of_branches(Model("Sequential", "m", Topology.SEQUENTIAL, (merge,)), ERA)
    assert model.layer("merge").nodes == (Node(([TensorRef("a_unmasked"), TensorRef("b")],)),)
    assert model.layer("a_unmasked").config == {"function": "identity"}


def test_each_merge_mode_has_its_class() -> None:
    names = {layer.class_name for layer in translated("keras-1.2.2/merge_modes").legacy.layers}
    assert {"Add", "Multiply", "Average", "Maximum", "Concatenate", "Dot"} <= names
    assert "Merge" not in names


def test_a_merge_by_a_function_is_a_lambda() -> None:
    code = ["4wEAAAA=", None, None]
    merge = Layer("Merge", "m", {"mode": code, "mode_type": "lambda", "arguments": {"scale": 2.0}})
    layer = merge_layer(merge, ERA)
    assert layer.class_name == "Lambda"
    assert layer.config["function"] == code
    assert layer.config["arguments"] == {"scale": 2.0}
    named = merge_layer(Layer("Merge", "m", {"mode": "difference", "mode_type": "function"}), ERA)
    assert (named.config["function"], named.config["function_type"]) == ("difference", "function")


def test_the_bytecode_of_a_merge_becomes_operations() -> None:
    model = translated("keras-1.2.2/merge_lambda").legacy
    assert model.layer("merge_1").config["function"] == "math.subtract"


def test_a_full_border_is_padding_before_a_valid_convolution() -> None:
    conv = Layer("Conv2D", "c", {"kernel_size": [3, 2], "padding": "full", "data_format": "channels_last"})
    model = full_border(Model("Sequential", "m", Topology.SEQUENTIAL, (conv,)), ERA)
    assert classes(model) == ["ZeroPadding2D", "Conv2D"]
    assert model.layers[0].config["padding"] == [[2, 2], [1, 1]]
    assert model.layers[1].config["padding"] == "valid"


@pytest.mark.parametrize(
    ("size", "padding", "expected"),
    [([None, 6, 8, 3], "same", None), ([None, 5, 8, 3], "same", [0, 1]), ([None, 7, 9, 3], "valid", None)],
)
def test_output_shapes_of_deconvolutions(
    size: list[int | None], padding: str, expected: list[int] | None
) -> None:
    config = {"kernel_size": [3, 3], "strides": [2, 2], "padding": padding, "output_shape": size}
    done = deconvolution_output_shape(Layer("Conv2DTranspose", "d", config), ERA)
    assert done.config.get("output_padding") == expected
    assert "output_shape" not in done.config


def test_impossible_output_shapes_are_refused() -> None:
    config = {"kernel_size": [2, 2], "strides": [2, 2], "padding": "same", "output_shape": [None, 6, 5, 3]}
    with pytest.raises(MigrationError) as refused:
        deconvolution_output_shape(Layer("Conv2DTranspose", "d", config), ERA)
    assert refused.value.code == "CFG118"


def test_unsaid_orderings_follow_the_layers_around() -> None:
    conv = Layer("Conv2D", "c", {"data_format": "channels_first"})
    pad = Layer("ZeroPadding2D", "p", {"padding": [1, 1]})
    said = missing_ordering(Model("Sequential", "m", Topology.SEQUENTIAL, (conv, pad)), ERA)
    assert said.layers[1].config["data_format"] == "channels_first"
    alone = missing_ordering(Model("Sequential", "m", Topology.SEQUENTIAL, (pad,)), Era.of("1.2.2", "theano"))
    assert alone.layers[0].config["data_format"] == "channels_first"
    mixed = Model(
        "Sequential",
        "m",
        Topology.SEQUENTIAL,
        (conv, pad, Layer("Conv2D", "d", {"data_format": "channels_last"})),
    )
    with pytest.raises(MigrationError) as refused:
        missing_ordering(mixed, ERA)
    assert refused.value.code == "CFG120"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"left_pad": 1, "right_pad": 2}, [1, 2]),
        ({"top_pad": 1, "bottom_pad": 2, "left_pad": 3}, [[1, 2], [3, 0]]),
        ([1, 2, 3, 4], [[1, 2], [3, 4]]),
        ([1, 2], [1, 2]),
    ],
)
def test_paddings_by_side_become_pairs(old: object, new: object) -> None:
    layer = keras1_arguments(Layer("ZeroPadding2D", "p", {"padding": old, "input_dtype": "float32"}), ERA)
    assert layer.config == {"padding": new}


def test_lost_regularisation_is_a_finding() -> None:
    notes = Notes()
    words = Layer("Embedding", "e", {"input_dim": 7, "output_dim": 2, "dropout": 0.2, "init": "uniform"})
    dense = Layer(
        "Dense", "d", {"output_dim": 2, "W_regularizer": {"name": "EigenvalueRegularizer", "k": 0.1}}
    )
    model = upgrade(
        Model("Sequential", "m", Topology.SEQUENTIAL, (words, dense)), ERA, (Step.KERAS_1,), notes
    )
    assert "dropout" not in model.layers[0].config
    assert "kernel_regularizer" not in model.layers[1].config
    assert [finding.code for finding in notes.findings] == ["CFG121", "CFG121"]


def test_rules_of_keras_1_leave_later_files_alone() -> None:
    fired = codes(translated("keras-2.2.4/separable"))
    first_era = {code for code, (rule, _) in registered().items() if rule.applies_to == "<2"}
    assert first_era
    assert not fired & first_era
