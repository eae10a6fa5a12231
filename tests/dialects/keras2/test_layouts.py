"""Order of channels, Theano's borders and kernels, cuDNN weights, old interpolation."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.channels_first import channels_first
from migrate.dialects.keras2.cudnn import cudnn_recurrent, cudnn_weights
from migrate.dialects.keras2.resizing import bilinear_corners, missing_interpolation
from migrate.dialects.keras2.theano import theano_border, theano_kernel_flip
from migrate.dialects.keras3.replaced import synchronized_batch_normalization
from migrate.dialects.rule import Era, Notes, Step, overrides_original
from migrate.dialects.upgrade import upgrade
from migrate.findings import MigrationError
from tests.dialects.authentic import classes, codes, first, translated

KERAS = Era.of("2.2.4")
THEANO = Era.of("2.2.4", "theano")
FIRST = {"data_format": "channels_first"}


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("SIL018", "keras-2.2.4/channels_first"),
        ("SIL003", "keras-2.2.4-theano/channels_first"),
        ("SIL030", "keras-2.2.4-theano/conv_transpose"),
        ("SIL032", "keras-2.2.4/upsampling"),
        ("WGT004", "keras-2.2.4/cudnn"),
        ("CFG070", "keras-2.2.4/locally_connected"),
        ("CFG072", "keras-2.2.4/activation_layers"),
        ("CFG013", "keras-2.2.4/seq2seq"),
        ("CFG073", "tf.keras-2.8/bidirectional_backward"),
        ("CFG076", "tf.keras-2.4/time_major"),
    ],
)
def test_rule_fires_on_an_authentic_file(code: str, case: str) -> None:
    assert code in codes(translated(case))


def _sequential(*layers: Layer, shape: tuple[int | None, ...] = (None, 2, 6, 5)) -> Model:
    entry = Layer("InputLayer", "x", {"batch_input_shape": list(shape)})
    return Model("Sequential", "m", Topology.SEQUENTIAL, (entry, *layers))


def test_a_convolutional_model_is_turned_once_and_back_before_flatten() -> None:
    model = _sequential(
        Layer("Conv2D", "c", {"kernel_size": [3, 3], **FIRST}),
        Layer("BatchNormalization", "b", {"axis": 1}),
        Layer("Activation", "a", {"activation": "relu"}),
        Layer("MaxPooling2D", "p", {"pool_size": [2, 2], **FIRST}),
        Layer("Flatten", "f"),
    )
    turned = channels_first(model, KERAS)
    assert classes(turned) == [
        "InputLayer",
        "Permute",
        "Conv2D",
        "BatchNormalization",
        "Activation",
        "MaxPooling2D",
        "Permute",
        "Flatten",
    ]
    assert turned.topology is Topology.SEQUENTIAL
    assert [layer.config["dims"] for layer in turned.layers if layer.class_name == "Permute"] == [
        [2, 3, 1],
        [3, 1, 2],
    ]
    assert turned.layer("b").config["axis"] == -1
    assert turned.layer("c").config["data_format"] == "channels_last"
    assert channels_first(turned, KERAS) is turned


def test_softmax_works_on_the_order_it_was_given() -> None:
    model = _sequential(
        Layer("Conv2D", "c", {"kernel_size": [3, 3], **FIRST}),
        Layer("Activation", "a", {"activation": "softmax"}),
    )
    assert classes(channels_first(model, KERAS)) == [
        "InputLayer",
        "Permute",
        "Conv2D",
        "Permute",
        "Activation",
    ]


@pytest.mark.parametrize("activation", ["softmax", "log_softmax", "a_function_of_the_author"])
def test_a_layers_own_softmax_works_on_the_order_it_was_given(activation: str) -> None:
    penalty = {"class_name": "L1L2", "config": {"l1": 0.1}}
    config = {"kernel_size": [3, 3], "activation": activation, "activity_regularizer": penalty, **FIRST}
    turned = channels_first(_sequential(Layer("Conv2D", "c", config)), KERAS)
    assert classes(turned) == ["InputLayer", "Permute", "Conv2D", "Permute", "Activation"]
    assert turned.layer("c").config == {"activation": activation, "activity_regularizer": penalty}
    assert "activity_regularizer" not in turned.layer("c_linear").config
    assert turned.layer("c_linear").config["activation"] == "linear"


def test_activations_of_single_numbers_stay_in_their_layer() -> None:
    model = _sequential(Layer("Conv2D", "c", {"kernel_size": [3, 3], "activation": "relu", **FIRST}))
    assert classes(channels_first(model, KERAS)) == ["InputLayer", "Permute", "Conv2D", "Permute"]


def test_a_recurrent_softmax_along_rows_is_refused() -> None:
    layer = Layer("ConvLSTM2D", "l", {"filters": 2, "recurrent_activation": "softmax", **FIRST})
    with pytest.raises(
        MigrationError, match="recurrent_activation 'softmax' is along the last axis"
    ) as error:
        channels_first(_sequential(layer, shape=(None, 3, 2, 6, 5)), KERAS)
    assert error.value.code == "SIL018"


def test_global_pooling_leaves_no_order_to_turn_back() -> None:
    model = _sequential(
        Layer("Conv2D", "c", {"kernel_size": [3, 3], **FIRST}), Layer("GlobalMaxPooling2D", "g", dict(FIRST))
    )
    assert classes(channels_first(model, KERAS)) == ["InputLayer", "Permute", "Conv2D", "GlobalMaxPooling2D"]


def test_models_without_convolutions_stay() -> None:
    model = _sequential(Layer("ZeroPadding2D", "z", dict(FIRST)), Layer("Flatten", "f"))
    assert channels_first(model, KERAS) is model


def test_branches_are_concatenated_along_the_turned_axis() -> None:
    conv = [Layer("Conv2D", n, {"kernel_size": [1, 1], **FIRST}, (Node((TensorRef("x"),)),)) for n in "ab"]
    join = Layer("Concatenate", "j", {"axis": 1}, (Node(([TensorRef("a"), TensorRef("b")],)),))
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 2, 6, 5]})
    model = Model("Model", "m", Topology.FUNCTIONAL, (entry, *conv, join), TensorRef("x"), TensorRef("j"))
    turned = channels_first(model, KERAS)
    assert classes(turned) == ["InputLayer", "Permute", "Conv2D", "Conv2D", "Concatenate", "Permute"]
    assert turned.layer("j").config["axis"] == -1
    assert turned.outputs == TensorRef("j_channels_first")


def test_directions_of_recurrent_convolutions_join_where_they_did() -> None:
    child = Layer("ConvLSTM2D", "l", {"filters": 2, "return_sequences": True, **FIRST})
    both = Layer(
        "Bidirectional",
        "both",
        {"merge_mode": "concat"},
        children={"forward_layer": child, "backward_layer": child},
    )
    turned = channels_first(_sequential(both, shape=(None, 3, 2, 6, 5)), KERAS)
    assert classes(turned) == ["InputLayer", "Permute", "Bidirectional", "Permute", "Permute", "Concatenate"]
    assert turned.layers[1].config["dims"] == [1, 3, 4, 2]
    assert turned.layers[3].config["dims"] == [1, 4, 2, 3]
    assert turned.layer("both").config["axis"] == -1


@pytest.mark.parametrize(
    ("size", "strides", "padded"),
    [([3, 3], [1, 1], None), ([3, 2], [1, 1], [[1, 1], [1, 0]]), ([3, 3], [2, 2], [[1, 1], [1, 1]])],
)
def test_borders_of_theano(size: list[int], strides: list[int], padded: list[list[int]] | None) -> None:
    conv = Layer("Conv2D", "c", {"kernel_size": size, "strides": strides, "padding": "same"})
    model = theano_border(_sequential(conv), THEANO)
    pads = [layer.config["padding"] for layer in model.layers if layer.class_name == "ZeroPadding2D"]
    assert pads == ([] if padded is None else [padded])
    assert theano_border(_sequential(conv), KERAS).layers[1] is conv


def test_borders_that_nobody_computes_today_are_refused() -> None:
    lstm = Layer("ConvLSTM2D", "l", {"kernel_size": [2, 2], "padding": "same"})
    with pytest.raises(MigrationError) as refused:
        theano_border(_sequential(lstm), THEANO)
    assert refused.value.code == "SIL031"


def test_only_kernels_of_theano_are_turned_around() -> None:
    kernel = np.arange(24, dtype=np.float32).reshape(3, 2, 2, 2)
    layer = Layer("Conv2D", "c", weights={"kernel": kernel, "bias": np.zeros(2, np.float32)})
    flipped = theano_kernel_flip(layer, THEANO)
    np.testing.assert_array_equal(flipped.weights["kernel"], kernel[::-1, ::-1])
    assert flipped.weights["bias"] is layer.weights["bias"]
    assert theano_kernel_flip(layer, KERAS) is layer
    point = Layer("Conv2D", "c", weights={"kernel": kernel[:1, :1]})
    assert theano_kernel_flip(point, THEANO) is point


def test_rules_of_an_era_take_the_original_out_of_the_witness_stand() -> None:
    assert all(overrides_original(code) for code in ("SIL003", "SIL011", "SIL030", "SIL032"))
    assert not overrides_original("SIL018")


def test_cudnn_gates_multiply_by_transposed_matrices() -> None:
    rng = np.random.default_rng(0)
    units, inputs = 2, 3
    stored = rng.normal(size=(inputs, 4 * units)).astype(np.float32)
    recurrent = rng.normal(size=(units, 4 * units)).astype(np.float32)
    bias = rng.normal(size=8 * units).astype(np.float32)
    layer = Layer(
        "CuDNNLSTM",
        "l",
        {"units": units},
        weights={"kernel": stored, "recurrent_kernel": recurrent, "bias": bias},
    )
    done = cudnn_recurrent(layer, KERAS)
    assert (done.class_name, done.config["recurrent_activation"]) == ("LSTM", "sigmoid")
    np.testing.assert_allclose(done.weights["bias"], bias[:8] + bias[8:])
    gate = slice(2, 4)
    np.testing.assert_array_equal(done.weights["recurrent_kernel"][:, gate], recurrent[:, gate].T)
    # cuDNN reads the block's memory as (units, inputs).
    matrix = stored[:, gate].T.reshape(inputs, units, order="F")
    np.testing.assert_array_equal(done.weights["kernel"][:, gate], matrix)


def test_a_cudnn_gru_keeps_both_biases() -> None:
    weights = {
        "kernel": np.zeros((3, 6), np.float32),
        "recurrent_kernel": np.zeros((2, 6), np.float32),
        "bias": np.arange(12, dtype=np.float32),
    }
    done = cudnn_recurrent(Layer("CuDNNGRU", "g", {"units": 2}, weights=weights), KERAS)
    assert done.config["reset_after"] is True
    np.testing.assert_array_equal(done.weights["bias"], np.arange(12).reshape(2, 6))


@pytest.mark.parametrize(("plain", "gates"), [("LSTM", 4), ("GRU", 3)])
def test_a_plain_layer_reads_the_weights_of_its_cudnn_twin(plain: str, gates: int) -> None:
    rng = np.random.default_rng(0)
    shapes = {"kernel": (3, 2 * gates), "recurrent_kernel": (2, 2 * gates), "bias": (4 * gates,)}
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    done = cudnn_weights(Layer(plain, "l", {"units": 2}, weights=weights), KERAS)
    twin = cudnn_recurrent(Layer(f"CuDNN{plain}", "l", {"units": 2}, weights=weights), KERAS)
    assert done.config == {"units": 2} | ({"reset_after": True} if plain == "GRU" else {})
    for name, array in twin.weights.items():
        np.testing.assert_array_equal(done.weights[name], array)
    assert cudnn_weights(done, KERAS) is done


def test_a_gru_that_resets_before_the_product_reads_no_weights_of_cudnn() -> None:
    weights = {
        "kernel": np.zeros((3, 6), np.float32),
        "recurrent_kernel": np.zeros((2, 6), np.float32),
        "bias": np.zeros(12, np.float32),
    }
    layer = Layer("GRU", "l", {"units": 2, "reset_after": False}, weights=weights)
    assert cudnn_weights(layer, KERAS) is layer


def _bilinear(values: Array, factor: int) -> Array:
    """What stand-alone Keras computed: the corner of the first pixel stays where it is."""
    places = np.arange(values.size * factor) / factor
    result: Array = np.interp(places, np.arange(values.size), values)
    return result


@pytest.mark.parametrize("factor", [2, 3])
def test_the_mean_of_repeated_pixels_is_the_old_interpolation(factor: int) -> None:
    layer = Layer("UpSampling2D", "u", {"size": [factor, factor], "interpolation": "bilinear"})
    model = bilinear_corners(_sequential(layer, shape=(None, 4, 4, 1)), KERAS)
    pool = first(model, "AveragePooling2D")
    assert pool.name == "u"
    values = np.array([0.0, 1.0, 2.0, 3.0])
    repeated = np.repeat(values, factor)
    if factor > 2:
        (paddings,) = [la.nodes[0].kwargs["paddings"] for la in model.layers if la.class_name == "TFOpLambda"]
        repeated = np.pad(repeated, tuple(paddings[1]), mode="symmetric")
        assert pool.config["padding"] == "valid"
    windows = [repeated[i : i + factor].mean() for i in range(values.size * factor)]
    np.testing.assert_allclose(windows, _bilinear(values, factor), rtol=1e-6)


def test_tf_keras_interpolates_as_today() -> None:
    layer = Layer("UpSampling2D", "u", {"size": [2, 2], "interpolation": "bilinear"})
    model = _sequential(layer, shape=(None, 4, 4, 1))
    assert bilinear_corners(model, Era.of("2.2.4-tf")) is model
    assert missing_interpolation(layer, Era.of("2.2.4-tf")) is layer


def test_lost_interpolation_is_a_finding() -> None:
    notes = Notes()
    model = _sequential(Layer("UpSampling2D", "u", {"size": [2, 2]}), shape=(None, 4, 4, 1))
    said = upgrade(model, Era.of("2.1.6-tf"), (Step.KERAS_2,), notes)
    assert said.layers[1].config["interpolation"] == "nearest"
    (finding,) = notes.findings
    assert (finding.code, finding.severity) == ("SIL034", "warning")


def test_synchronised_statistics_have_no_class_of_their_own() -> None:
    layer = Layer("SyncBatchNormalization", "b", {"axis": -1})
    assert synchronized_batch_normalization(layer, KERAS).class_name == "BatchNormalization"
