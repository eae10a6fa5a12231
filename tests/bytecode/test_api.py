"""What functions of ``keras.backend`` and TensorFlow become; their numbers are proven by the authentic cases."""

from __future__ import annotations

import pytest
from packaging.version import Version

from migrate.bytecode.errors import Refused
from migrate.bytecode.lambdas import Writer
from tests.bytecode.functions import of_source
from tests.bytecode.support import recovered

FUNCTIONS = {
    "K.l2_normalize(x, axis=-1)": "tf.math.l2_normalize(x, axis=-1)",
    "K.mean(x, axis=[1, 2], keepdims=True)": "tf.math.reduce_mean(x, axis=[1, 2], keepdims=True)",
    "K.clip(x, -1, 1)": "tf.math.minimum(tf.math.maximum(x, -1.0), 1.0)",
    "K.sqrt(x)": "tf.math.sqrt(tf.math.maximum(x, 0.0))",
    "K.batch_dot(x, x, axes=[2, 2])": "tf.linalg.matmul(x, x, transpose_b=True)",
    "K.batch_dot(x[:, 0], x[:, 1], axes=1)": "tf.math.reduce_sum(x[:, 0] * x[:, 1], axis=1, keepdims=True)",
    "K.repeat_elements(x, 2, axis=1)": "tf.repeat(x, repeats=2, axis=1)",
    "K.permute_dimensions(x, (0, 2, 1))": "tf.transpose(x, perm=[0, 2, 1])",
    "K.concatenate([x, x])": "tf.concat([x, x], axis=2)",
    "K.batch_flatten(x)": "tf.reshape(x, shape=[-1, 20])",
    "K.reshape(x, (K.shape(x)[0], 20))": "tf.reshape(x, shape=[tf.shape(x)[0], 20])",
    "K.spatial_2d_padding(x[..., None])": "tf.pad(x[..., None], paddings=[[0, 0], [1, 1], [1, 1], [0, 0]])",
    "K.temporal_padding(x, (1, 2))": "tf.pad(x, paddings=[[0, 0], [1, 2], [0, 0]])",
    "K.hard_sigmoid(x)": "tf.math.minimum(tf.math.maximum(x * 0.2 + 0.5, 0.0), 1.0)",
    "K.relu(x, max_value=6)": "tf.math.minimum(tf.nn.relu(x), 6.0)",
    "K.one_hot(K.cast(x, 'int32'), 3)": "tf.one_hot(tf.cast(x, dtype='int32'), depth=3, axis=-1)",
    "K.any(x > 0, axis=1)": "tf.math.reduce_any(tf.cast(x > 0.0, dtype='bool'), axis=1, keepdims=False)",
    "tf.split(x, 2, axis=2)[1]": "t0 = tf.split(x, num_or_size_splits=2, axis=2); t0[1]",
    "tf.reduce_sum(x, keep_dims=True)": "tf.math.reduce_sum(x, keepdims=True)",
    "tf.nn.top_k(x, k=2).indices": "t0 = tf.math.top_k(x, k=2, sorted=True); t0[1]",
    "tf.einsum('bij,bkj->bik', x, x)": "x @ tf.transpose(x, perm=[0, 2, 1])",
    "tf.concat([x, tf.zeros_like(x)], -1)": "tf.concat([x, tf.zeros_like(x)], axis=-1)",
    "tf.subtract(1, x)": "1 - x",
    "tf.image.resize(x[..., None], (8, 8))": "tf.image.resize(x[..., None], size=[8, 8], method='bilinear')",
    "x * np.sqrt(4.0) + math.pi": "x * 2.0 + 3.141592653589793",
    "keras.layers.average([x, x])": "(x + x) / 2.0",
    "keras.activations.swish(x)": "tf.nn.silu(x)",
    "x == 0": "tf.math.equal(x, 0.0)",
    "[x[:, i] for i in range(len(x.shape) - 1)]": "[x[:, 0], x[:, 1]]",
    "x[:, -1, :]": "x[:, -1, :]",
    "-x // 2": "(-x) // 2.0",
}


@pytest.mark.parametrize("source", FUNCTIONS)
def test_function_is_expressed(source: str) -> None:
    assert recovered(of_source(f"def f(x): return {source}")).source == FUNCTIONS[source]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("K.dropout(x, 0.5)", "K.dropout"),
        ("tf.boolean_mask(x, x > 0)", "depends on values"),
        ("K.batch_dot(x, x, axes=0)", "axis of samples"),
        ("tf.reduce_sum(x, axis=5)", "axis 5 does not exist"),
        ("x + y", "'y'"),
        ("K.concatenate(x)", "not iterable"),
        ("tf.einsum('ij->i', x)", "einsum"),
        ("x if x else x", "values of a tensor"),
        ("x[x > 0]", "non-scalar"),
        ("K.reshape(x)", "missing a required argument"),
    ],
)
def test_function_is_refused_by_name(source: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        recovered(of_source(f"def f(x): return {source}"))


def test_what_differs_between_tensorflow_1_and_2_needs_the_writer() -> None:
    one, either = Writer(Version("2.2.2"), tf_keras=False), Writer(Version("2.3.1"), tf_keras=False)
    resize = of_source("def f(x): return tf.image.resize(x[..., None], (8, 8))")
    assert "compat.v1.image.resize_bilinear" in recovered(resize, writer=one).source
    for source in ("tf.image.resize(x[..., None], (8, 8))", "x == 0"):
        with pytest.raises(Refused, match="TensorFlow"):
            recovered(of_source(f"def f(x): return {source}"), writer=either)


def test_a_list_of_the_configuration_is_not_taken_for_an_array() -> None:
    code, _, _ = of_source("def f(x, w=None): return x * (w * 2)")
    with pytest.raises(Refused, match="may have been an array"):
        recovered([code, [[1.0, 2.0]], None])
    assert recovered(
        [of_source("def f(x, w=None): return x * w")[0], [[1.0, 2.0, 3.0, 4.0]], None]
    ).source == ("x * [1.0, 2.0, 3.0, 4.0]")
