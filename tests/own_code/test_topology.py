"""Layers that a file lists, beside those of a model whose weights have its shapes."""

from __future__ import annotations

from migrate.own_code.fitting import Weights
from migrate.own_code.topology import agreement, unlike


def model(*layers: str) -> Weights:
    return Weights([[4, 4]], ["dense"], layers)


def test_what_a_session_counted_and_what_does_nothing_when_predicting_is_no_difference() -> None:
    wanted = model("input_7", "dense_3", "dropout_12", "leaky_re_lu_4", "dense_4")
    assert unlike(model("dense", "leaky_re_lu", "dense_1"), wanted) == ""
    assert agreement(model("dense", "leaky_re_lu", "dense_1"), wanted) == (1, 0)


def test_another_activation_between_weights_of_the_same_shapes_is_one() -> None:
    told = unlike(model("dense", "activation"), model("dense_1", "leaky_re_lu_1"))
    assert told == "the file lists leakyrelu and the model has activation beyond that"


def test_names_of_keras_1_are_those_of_the_same_classes() -> None:
    wanted = model(
        "convolution2d_1", "maxpooling2d_1", "batchnormalization_1", "merge_2", "timedistributed_1"
    )
    assert (
        unlike(
            model("conv2d", "max_pooling2d", "batch_normalization", "multiply", "time_distributed"), wanted
        )
        == ""
    )


def test_a_merge_that_the_file_names_is_no_other_one() -> None:
    assert "the file lists multiply" in unlike(model("dense", "add"), model("dense", "multiply_1"))


def test_the_part_that_a_file_lists_is_told_from_the_whole() -> None:
    wanted = model("image", "dense1", "label", "ctc_loss")
    whole, part = model("image", "dense1", "label", "ctc_loss"), model("image", "dense1")
    assert agreement(whole, wanted) > agreement(part, wanted)


def test_a_file_that_lists_no_layers_says_nothing() -> None:
    assert unlike(model("dense", "add"), Weights([[4, 4]], ["dense"])) == ""


def test_an_operation_is_the_same_by_whatever_name_an_era_gave_it() -> None:
    for listed, made in (
        (("tf.math.add_3", "tf.math.multiply"), ("tf.__operators__.add", "tf.math.multiply_1")),
        (
            ("tf_op_layer_AddV2", "tf_op_layer_strided_slice_1"),
            ("tf.math.add", "tf.__operators__.getitem"),
        ),
        (("tf_op_layer_RealDiv", "tf_op_layer_Mean"), ("tf.math.truediv", "tf.math.reduce_mean")),
    ):
        assert unlike(model("dense", *made), model("dense_1", *listed)) == "", (listed, made)


def test_another_operation_is_a_difference() -> None:
    assert unlike(model("tf.math.subtract"), model("tf.math.add")) == (
        "the file lists tf.add and the model has tf.subtract beyond that"
    )
    assert unlike(model("add"), model("tf.math.add")) != ""
