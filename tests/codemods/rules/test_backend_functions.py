"""``K.*``: what each function becomes, by its arguments."""

from __future__ import annotations

import pytest

from codemods.testing import run

LAYER = """\
import keras
import tensorflow as tf
from keras import backend as K


class Own(keras.layers.Layer):
    def call(self, x, y, training=None):
        return """

CASES = [
    # in the call of a layer, what it becomes with --unsafe ("" where it stays), the rules that speak of it
    ("K.set_value(optimizer.lr, 0.1)", "tf.keras.backend.set_value(optimizer.lr, 0.1)", "BKD003"),
    ("K.set_value(self.count, 0)", "self.count.assign(0)", "BKD001"),
    ("K.set_value(self.count)", "tf.keras.backend.set_value(self.count)", "BKD003"),
    ("f(K.set_value(optimizer.lr, 0.1))", "f(tf.keras.backend.set_value(optimizer.lr, 0.1))", "BKD003"),
    ("K.image_dim_ordering() == 'th'", "K.image_data_format() == 'channels_first'", "BKD001"),
    ("'tf' != K.image_dim_ordering()", "'channels_last' != K.image_data_format()", "BKD001"),
    (
        "K.image_dim_ordering() in ('th', 'tf')",
        "{'channels_last': 'tf', 'channels_first': 'th'}[K.image_data_format()] in ('th', 'tf')",
        "BKD001",
    ),
    (
        "K.image_dim_ordering() == other",
        '{"channels_last": "tf", "channels_first": "th"}[K.image_data_format()] == other',
        "BKD001",
    ),
    (
        "K.image_dim_ordering() == 'th' == mode",
        "{'channels_last': 'tf', 'channels_first': 'th'}[K.image_data_format()] == 'th' == mode",
        "BKD001",
    ),
    (
        "K.image_dim_ordering() < 'th'",
        "{'channels_last': 'tf', 'channels_first': 'th'}[K.image_data_format()] < 'th'",
        "BKD001",
    ),
    ("K.switch(c, lambda: x, lambda: y)", "keras.ops.cond(c, lambda: x, lambda: y)", "BKD001"),
    ("K.switch(c, x, y)", "keras.ops.where(c, x, y)", "BKD002"),
    ("K.switch(c, lambda: x, y)", "tf.keras.backend.switch(c, lambda: x, y)", "BKD003"),
    ("K.switch(c, x, lambda: y)", "tf.keras.backend.switch(c, x, lambda: y)", "BKD003"),
    ("K.switch(c, x)", "tf.keras.backend.switch(c, x)", "BKD003"),
    ("K.pool2d(x, (2, 2))", "keras.ops.max_pool(x, (2, 2), strides=(1, 1))", "BKD001"),
    (
        "K.pool2d(x, (2, 2), pool_mode='avg', strides=(2, 2), padding='same')",
        "keras.ops.average_pool(x, (2, 2), strides=(2, 2), padding='same')",
        "BKD001",
    ),
    ("K.pool2d(x, (2, 2), pool_mode=mode)", "tf.keras.backend.pool2d(x, (2, 2), pool_mode=mode)", "BKD003"),
    ("K.pool2d(x)", "tf.keras.backend.pool2d(x)", "BKD003"),
    ("K.pool3d(x, (2, 2, 2))", "keras.ops.max_pool(x, (2, 2, 2), strides=(1, 1, 1))", "BKD001"),
    ("K.dot(x, y)", "keras.ops.dot(x, y)", "BKD001"),
    ("K.set_image_dim_ordering('th')", "K.set_image_data_format('channels_first')", "BKD001"),
    ("K.set_image_dim_ordering(order)", "", "BKD003"),
    ("K.set_image_dim_ordering(['th'])", "", "BKD003"),
    ("K.in_train_phase(x, y, training=training)", "x if training else y", "BKD001"),
    ("K.in_test_phase(x, y, training=training)", "y if training else x", "BKD001"),
    ("K.in_train_phase(x, y)", "x if training else y", "BKD001"),
    ("K.in_train_phase(lambda: x, y, training=training)", "x if training else y", "BKD001"),
    ("K.in_train_phase(x, y, training=1)", "", "BKD003"),
    ("K.in_train_phase(x, training=training)", "", "BKD003"),
    ("K.map_fn(f, x, dtype='float32')", "keras.ops.map(f, x)", "BKD001"),
    ("K.placeholder((None, 3))", "keras.Input(batch_shape=(None, 3))", "BKD002"),
    (
        "K.placeholder(shape=(None, 3), dtype='int32', name='i')",
        "keras.Input(batch_shape=(None, 3), dtype='int32', name='i')",
        "BKD002",
    ),
    ("K.placeholder(ndim=2)", "keras.Input(batch_shape=(None, None))", "BKD002"),
    ("K.placeholder(ndim=n)", "", "BKD003"),
    ("K.placeholder(ndim=0)", "", "BKD003"),
    ("K.placeholder(ndim=9)", "", "BKD003"),
    ("K.placeholder((None, 3), sparse=True)", "", "BKD003"),
    ("K.placeholder((None, 3), ragged=True)", "", "BKD003"),
    ("K.l2_normalize(x, axis=-1)", "keras.ops.normalize(x, axis=-1, order=2)", "BKD001"),
    (
        "K.l2_normalize(x)",
        "x / keras.ops.sqrt(keras.ops.maximum(keras.ops.sum(keras.ops.square(x)), 1e-12))",
        "BKD001",
    ),
    (
        "K.l2_normalize(x, axis=None)",
        "x / keras.ops.sqrt(keras.ops.maximum(keras.ops.sum(keras.ops.square(x)), 1e-12))",
        "BKD001",
    ),
    ("K.l2_normalize(f(x))", "tf.keras.backend.l2_normalize(f(x))", "BKD003"),
    (
        "K.l2_normalize(self.x)",
        "self.x / keras.ops.sqrt(keras.ops.maximum(keras.ops.sum(keras.ops.square(self.x)), 1e-12))",
        "BKD001",
    ),
    ("K.l2_normalize(axis=1)", "tf.keras.backend.l2_normalize(axis=1)", "BKD003"),
    ("K.clip(x, 0, None)", "keras.ops.maximum(x, 0)", "BKD001"),
    ("K.clip(x, None, 1)", "keras.ops.minimum(x, 1)", "BKD001"),
    ("K.clip(x, None, None)", "x", "BKD001"),
    ("K.clip(x, 0, 1)", "keras.ops.clip(x, 0, 1)", "BKD001"),
    ("K.clip(x, low, high)", "keras.ops.clip(x, low, high)", "BKD001"),
    ("K.clip(x, 0)", "tf.keras.backend.clip(x, 0)", "BKD003"),
    (
        "K.concatenate([x, [1, 2]])",
        "keras.ops.concatenate([x, keras.ops.convert_to_tensor([1, 2])], axis=-1)",
        "BKD001",
    ),
    ("K.concatenate([K.shape(x)[:1], (2,)], axis=0)", "keras.ops.shape(x)[:1] + tuple((2,))", "BKD001"),
    ("K.shape(x)[0]", "keras.ops.shape(x)[0]", "BKD001"),
    ("K.cast(x, tf.float32)", "keras.ops.cast(x, 'float32')", "BKD001 OPS005"),
    ("f(K.mean)", "f(keras.ops.mean)", "BKD001"),
    ("f(K.argmax)", "f(tf.keras.backend.argmax)", "BKD003"),
    ("f(K.shape)", "f(tf.keras.backend.shape)", "BKD003"),
    ("f(K.hard_sigmoid)", "f(tf.keras.backend.hard_sigmoid)", "BKD003"),
    ("K.hard_sigmoid(x)", "keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)", "BKD004"),
    ("K.sqrt(x)", "keras.ops.sqrt(keras.ops.maximum(x, 0))", "BKD004"),
    ("K.ones((2, 3))", "keras.ops.ones((2, 3))", "BKD001"),
    ("K.zeros(shape=(2, 3), dtype='int32')", "keras.ops.zeros(shape=(2, 3), dtype='int32')", "BKD001"),
    ("K.random_normal((2, 2), mean=0., std=1.)", "keras.random.normal((2, 2), mean=0., stddev=1.)", "BKD001"),
    (
        "K.random_uniform((2, 2), low=0., high=1.)",
        "keras.random.uniform((2, 2), minval=0., maxval=1.)",
        "BKD001",
    ),
    ("K.conv2d(x, y, border_mode='same')", "keras.ops.conv(x, y, padding='same')", "BKD001"),
    ("K.conv2d(x, y, (1, 1), 'same')", "keras.ops.conv(x, y, strides=(1, 1), padding='same')", "BKD001"),
    ("K.mean(x, axis=1)", "keras.ops.mean(x, axis=1)", "BKD001"),
    ("K.mean(axis=1)", "tf.keras.backend.mean(axis=1)", "BKD003"),
    ("K.mean(x, 1, keepdims=True)", "keras.ops.mean(x, axis=1, keepdims=True)", "BKD001"),
    ("K.concatenate([x, y])", "keras.ops.concatenate([x, y], axis=-1)", "BKD001"),
    ("K.concatenate([x, y], axis=1)", "keras.ops.concatenate([x, y], axis=1)", "BKD001"),
    ("K.stack([x, y])", "keras.ops.stack([x, y])", "BKD001"),
    ("K.expand_dims(x)", "keras.ops.expand_dims(x, axis=-1)", "BKD001"),
    ("K.expand_dims(x, 1)", "keras.ops.expand_dims(x, 1)", "BKD001"),
    ("K.cumsum(x)", "keras.ops.cumsum(x, axis=0)", "BKD001"),
    ("K.one_hot(x, 3)", "keras.ops.one_hot(x, 3)", "BKD001"),
    ("K.bias_add(x, y)", "keras.ops.add(x, y)", "BKD002"),
    ("K.batch_dot(x, y, axes=1)", "keras.layers.dot([x, y], axes=1)", "BKD001"),
    ("K.gather(x, y)", "keras.ops.take(x, y, axis=0)", "BKD001"),
    ("K.arange(3)", "keras.ops.arange(3)", "BKD001"),
    ("K.arange(0, 3, dtype='float32')", "keras.ops.arange(0, 3, dtype='float32')", "BKD001"),
    ("K.rnn(f, x, [])", "tf.keras.backend.rnn(f, x, [])", "BKD003"),
    ("K.learning_phase()", "", "BKD003"),
    ("K.update_add(self.count, 1)", "self.count.assign_add(1)", "BKD001"),
    ("K.eye(3)", "keras.ops.eye(3, dtype=K.floatx())", "BKD001"),
    ("K.cast_to_floatx(x)", "keras.ops.cast(x, K.floatx())", "BKD001"),
    ("K.categorical_crossentropy(x, y)", "keras.ops.categorical_crossentropy(x, y)", "BKD001"),
    (
        "K.categorical_crossentropy(x, y, from_logits=True)",
        "keras.ops.categorical_crossentropy(x, y, from_logits=True)",
        "BKD001",
    ),
    ("K.temporal_padding(x)", "keras.layers.ZeroPadding1D()(x)", "BKD001"),
    ("K.permute_dimensions(x, (0, 2, 1))", "keras.ops.transpose(x, (0, 2, 1))", "BKD001"),
    ("K.repeat_elements(x, 2, axis=1)", "keras.ops.repeat(x, 2, axis=1)", "BKD001"),
    ("K.tile(x, 2)", "keras.ops.tile(x, 2)", "BKD001"),
    ("K.print_tensor(x)", "", "BKD003"),
    ("K.dropout(x, 0.5)", "keras.random.dropout(x, 0.5)", "BKD002"),
    ("K.in_top_k(x, y, 3)", "keras.ops.in_top_k(y, x, k=3)", "BKD001"),
]


@pytest.mark.parametrize(("before", "after", "codes"), CASES)
def test_functions_of_the_backend(before: str, after: str, codes: str) -> None:
    outcome = run(f"{LAYER}{before}\n", unsafe=True)
    assert outcome.error is None
    assert outcome.text.partition("return ")[2] == f"{after or before}\n"
    spoken = {finding.code for finding in outcome.findings if not finding.code.startswith("IMP")}
    assert spoken == set(codes.split())


@pytest.mark.parametrize(
    ("drawn", "written"),
    [
        ("K.random_uniform((3,), 0, n, dtype='int32')", "keras.random.randint((3,), 0, n, dtype='int32')"),
        (
            "K.random_uniform((3,), 0, n, dtype=np.int32)",
            "keras.random.randint((3,), 0, n, dtype=np.int32)",
        ),
        ("K.random_uniform((3,), 0, n, dtype=t)", "keras.random.randint((3,), 0, n, dtype=t)"),
        (
            "K.random_uniform((3,), maxval=9, dtype=tf.uint8)",
            "keras.random.randint((3,), 0, 9, dtype='uint8')",
        ),
        (
            "K.random_uniform((3,), 0, n, dtype='float64')",
            "keras.random.uniform((3,), minval=0, maxval=n, dtype='float64')",
        ),
        ("K.random_uniform((3,), 0, n, dtype=n)", "keras.random.uniform((3,), minval=0, maxval=n, dtype=n)"),
    ],
)
def test_integers_are_drawn_by_randint(drawn: str, written: str) -> None:
    head = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import backend as K\nt = 'int64'\n"
    text = run(f"{head}x = {drawn}\n").text
    assert text.endswith(f"x = {written}\n")


def test_integers_of_a_seed_are_left() -> None:
    text = "from keras import backend as K\nx = K.random_uniform((3,), 0, 9, dtype='int32', seed=1)\n"
    assert "random_uniform" in run(text, unsafe=True).text


SUM = (
    "import tensorflow as tf\nfrom keras import backend as K\nfrom other import x, parts\n\n\n"
    "def f():\n    total = {}\n{}    return total\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "    total += K.sum(x)\n",
        "    for p in parts:\n        total -= K.sum(p)\n",
        "    total = total + K.sum(x)\n",
    ],
)
def test_what_a_sum_starts_with_is_a_tensor(body: str) -> None:
    text = run(SUM.format("K.variable(0.)", body), unsafe=True).text
    assert "    total = ops.convert_to_tensor(0., dtype=K.floatx())\n" in text
    text = run(SUM.format("K.variable(1, dtype='float64')", body), unsafe=True).text
    assert "    total = ops.convert_to_tensor(1, dtype='float64')\n" in text


@pytest.mark.parametrize(
    ("made", "body"),
    [
        ("K.variable(0.)", "    K.update(total, K.sum(x))\n    total += 1\n"),
        ("K.variable(0.)", "    total.assign(3.)\n    total += 1\n"),
        ("K.variable(0.)", "    keep = parts(total)\n    total += 1\n"),
        ("K.variable(0.)", "\n    def add():\n        nonlocal total\n        total += 1\n\n"),
        ("K.variable(0.)", "\n    def other():\n        total = 0\n        total += 1\n\n"),
        ("K.variable(0.)", "    print(total)\n"),
        ("K.variable(0.)", "    tf.assign(total, 3.)\n    total += 1\n"),
        ("K.variable(0.)", "    other = total + 1\n"),
        ("K.variable(0.)", "    total = parts + total\n"),
        ("K.variable(0.)", "    x[0] += total\n"),
        ("K.variable(x)", "    total += K.sum(x)\n"),
        ("K.variable(0., constraint=x)", "    total += K.sum(x)\n"),
    ],
)
def test_other_variables_stay_variables(made: str, body: str) -> None:
    text = run(SUM.format(made, body), unsafe=True).text
    assert "convert_to_tensor" not in text
    assert "ariable(" in text
