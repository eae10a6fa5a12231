"""ECO003, ECO006 to ECO008: names and arguments of TensorFlow 1, in files that Keras 3 is to run."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix

HEAD = "import tensorflow as tf\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tf.log(x)", "tf.math.log(x)"),
        ("tf.FixedLenFeature([], tf.int64)", "tf.io.FixedLenFeature([], tf.int64)"),
        ("tf.image.resize_bilinear(x, (3, 3))", "tf.compat.v1.image.resize_bilinear(x, (3, 3))"),
        ("tf.spectral.dct(x)", "tf.compat.v1.spectral.dct(x)"),
        ("tf.set_random_seed(3)", "tf.random.set_seed(3)"),
        ("tf.to_int32(x, name='a')", "tf.cast(x, tf.int32)"),
        ("map(tf.to_float, x)", "map(tf.compat.v1.to_float, x)"),
        ("tf.to_float(*x)", "tf.compat.v1.to_float(*x)"),
        ("tf.to_float()", "tf.compat.v1.to_float()"),
    ],
)
def test_a_name_becomes_that_of_the_same_object(before: str, after: str) -> None:
    check_transformed(f"{HEAD}y = {before}\n", f"{HEAD}y = {after}\n", codes=["ECO006"])


def test_in_keras_code_the_name_of_today_becomes_an_operation() -> None:
    before = (
        "import keras\nimport tensorflow as tf\n\nf = keras.layers.Lambda(lambda x: tf.log(tf.to_float(x)))\n"
    )
    after = "import keras\n\nf = keras.layers.Lambda(lambda x: keras.ops.log(keras.ops.cast(x, 'float32')))\n"
    check_transformed(before, after)


@pytest.mark.parametrize(
    "name", ["tf.Session", "tf.placeholder", "tf.get_variable", "tf.train.AdamOptimizer"]
)
def test_what_needs_a_graph_is_left_to_a_person(name: str) -> None:
    check_noop(f"{HEAD}y = {name}()\n", codes=["ECO003"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("reduce_sum(x, reduction_indices=1, keep_dims=True)", "reduce_sum(x, axis=1, keepdims=True)"),
        ("math.reduce_max(x, keep_dims=True)", "math.reduce_max(x, keepdims=True)"),
        ("argmax(x, dimension=1)", "argmax(x, axis=1)"),
        ("nn.softmax(x, dim=1)", "nn.softmax(x, axis=1)"),
        ("nn.convolution(x, filter=k, dilation_rate=2)", "nn.convolution(x, filters=k, dilations=2)"),
    ],
)
def test_an_argument_gets_its_name_of_today(before: str, after: str) -> None:
    check_transformed(f"{HEAD}y = tf.{before}\n", f"{HEAD}y = tf.{after}\n", codes=["ECO007"])


@pytest.mark.parametrize("call", ["tf.reduce_sum(x, axis=1, keepdims=True)", "tf.other(x, keep_dims=True)"])
def test_arguments_of_today_stay(call: str) -> None:
    check_noop(f"{HEAD}y = {call}\n", codes=[])


def test_in_keras_code_a_renamed_argument_does_not_stop_the_operation() -> None:
    lambda_ = "keras.layers.Lambda(lambda x: tf.reduce_sum(x, keep_dims=True))"
    outcome = run(f"import keras\nimport tensorflow as tf\n\nf = {lambda_}\n")
    assert "keras.ops.sum(x, keepdims=True)" in outcome.text
    assert [finding.code for finding in outcome.findings if not finding.applied] == []


OLD = "z = tf.log(x)\n"
NEW = "z = tf.math.log(x)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = tf.nn.dropout(x, keep_prob=0.9)\n", "y = tf.nn.dropout(x, rate=1 - 0.9)\n"),
        ("y = tf.nn.dropout(x, keep_prob=a + b)\n", "y = tf.nn.dropout(x, rate=1 - (a + b))\n"),
        (f"{OLD}y = tf.nn.dropout(x, 0.9)\n", f"{NEW}y = tf.nn.dropout(x, rate=1 - 0.9)\n"),
    ],
)
def test_the_share_that_is_kept_becomes_the_one_that_is_dropped(before: str, after: str) -> None:
    check_transformed(HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "call", ["dropout(x, 0.1)", "dropout(x, rate=0.1)", "dropout(x, *rest)", "dropout(x)"]
)
def test_code_of_tensorflow_2_keeps_its_rate(call: str) -> None:
    check_noop(f"{HEAD}y = tf.nn.{call}\n", codes=[])


def test_with_the_shape_of_the_noise_by_position_it_is_left_to_a_person() -> None:
    outcome = run(f"{HEAD}{OLD}y = tf.nn.dropout(x, 0.9, (1, 3))\n")
    assert [f.fix for f in outcome.findings if f.code == "ECO008"] == [Fix.MANUAL]
