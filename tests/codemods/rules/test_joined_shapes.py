"""Shapes and lists that are joined with tensors: ``ops.concatenate`` takes neither tuples nor lists beside tensors."""

from __future__ import annotations

import pytest

from codemods.testing import check_transformed, run

HEAD = (
    "import tensorflow as tf\nfrom tensorflow import keras\n\n\nclass Own(keras.layers.Layer):\n"
    "    def call(self, x):\n"
)
JOINED = {
    "tf.concat([tf.shape(x)[:3], tf.constant([3, -1])], axis=0)": "keras.ops.shape(x)[:3] + tuple([3, -1])",
    "tf.concat([tf.shape(x)[:-1], [3]], 0)": "keras.ops.shape(x)[:-1] + tuple([3])",
    "tf.concat([x, [[1.0, 2.0]]], axis=0)": (
        "keras.ops.concatenate([x, keras.ops.convert_to_tensor([[1.0, 2.0]])], axis=0)"
    ),
    "tf.concat([x, y], axis=0)": "keras.ops.concatenate([x, y], axis=0)",
    "tf.concat([*x, [1]], axis=0)": "keras.ops.concatenate([*x, [1]], axis=0)",
    "keras.backend.concatenate([x, [[1.0]]])": (
        "keras.ops.concatenate([x, keras.ops.convert_to_tensor([[1.0]])], axis=-1)"
    ),
}


@pytest.mark.parametrize("written", JOINED)
def test_lists_and_shapes_are_joined(written: str) -> None:
    made = run(f"{HEAD}        return {written}\n")
    assert made.text.splitlines()[-1] == f"        return {JOINED[written]}"
    assert run(made.text).text == made.text


@pytest.mark.parametrize("line", ["s = tf.shape(x)", "s = tf.shape(x)[:2]"])
def test_a_shape_that_is_joined_with_a_tensor_is_one(line: str) -> None:
    made = run(f"{HEAD}        {line}\n        return tf.concat([s[:1], [3]], axis=0)\n", unsafe=True)
    assert 'keras.ops.convert_to_tensor(keras.ops.shape(x), dtype="int32")' in made.text
    assert "return keras.ops.concatenate([s[:1], keras.ops.convert_to_tensor([3])], axis=0)" in made.text


def test_a_slice_that_is_joined_with_a_tensor_is_one() -> None:
    before = f"{HEAD}        return tf.concat([tf.shape(x)[:1], x], axis=0)\n"
    tensor = 'keras.ops.convert_to_tensor(keras.ops.shape(x), dtype="int32")[:1]'
    after = before.replace("import tensorflow as tf\nfrom tensorflow import keras", "import keras")
    after = after.replace("tf.concat([tf.shape(x)[:1], x]", f"keras.ops.concatenate([{tensor}, x]")
    check_transformed(before, after, unsafe=True)
