"""What becomes of ``tf.shape`` and of functions that are given shapes: a tuple is no tensor."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "import tensorflow as tf\nimport keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n"
NEW = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n"

SAFE = {
    "an element": (
        "        return tf.zeros(tf.shape(x)[0])\n",
        "        return keras.ops.zeros(keras.ops.shape(x)[0])\n",
    ),
    "a part that is taken apart": (
        "        size = tf.shape(x)[1:3]\n        return tf.zeros((size[0], size[1]))\n",
        "        size = keras.ops.shape(x)[1:3]\n        return keras.ops.zeros((size[0], size[1]))\n",
    ),
    "paddings in a constant": (
        "        return tf.pad(x, tf.constant([[0, 0], [1, 1]]))\n",
        "        return keras.ops.pad(x, [[0, 0], [1, 1]])\n",
    ),
    "the rest of a slice": (
        "        return tf.slice(x, [0, 1, n], [-1, 2, k])\n",
        "        return x[0:, 1:3, n:n + k]\n".replace("0:", ":"),
    ),
    "a slice of known size": (
        "        return tf.slice(x, [0, 1], [2, 2])\n",
        "        return keras.ops.slice(x, [0, 1], [2, 2])\n",
    ),
    "the euclidean norm by its name": (
        "        return tf.norm(x, ord='euclidean', axis=-1)\n",
        "        return keras.ops.norm(x, axis=-1)\n",
    ),
    "the norm of all numbers": (
        "        return tf.norm(x, ord=1)\n",
        "        return keras.ops.norm(keras.ops.reshape(x, (-1,)), ord=1)\n",
    ),
    "a norm along an axis": (
        "        return tf.norm(x, ord=1, axis=2)\n",
        "        return keras.ops.norm(x, ord=1, axis=2)\n",
    ),
}


@pytest.mark.parametrize("case", SAFE)
def test_what_is_certain(case: str) -> None:
    before, after = SAFE[case]
    check_transformed(HEAD + before, NEW + after, select=("OPS", "IMP"))


UNSAFE = {
    "a shape that is multiplied": (
        "        return tf.reshape(x, tf.shape(x) * 2)\n",
        '        return keras.ops.reshape(x, keras.ops.convert_to_tensor(keras.ops.shape(x), dtype="int32") * 2)\n',
    ),
    "a part that is multiplied": (
        "        return tf.reshape(x, tf.shape(x)[1:3] * 32)\n",
        "        return keras.ops.reshape(x, "
        'keras.ops.convert_to_tensor(keras.ops.shape(x), dtype="int32")[1:3] * 32)\n',
    ),
    "a name that is computed with": (
        "        size = tf.shape(x)\n        return tf.reshape(x, (size[0], (3 - size)[1]))\n",
        '        size = keras.ops.convert_to_tensor(keras.ops.shape(x), dtype="int32")\n'
        "        return keras.ops.reshape(x, (size[0], (3 - size)[1]))\n",
    ),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_what_is_computed_with_stays_a_tensor(case: str) -> None:
    before, after = UNSAFE[case]
    outcome = run(HEAD + before, select=("OPS", "IMP"))
    assert "tf.shape(x)" in outcome.text
    check_transformed(HEAD + before, NEW + after, select=("OPS", "IMP"), unsafe=True)


def test_paddings_in_a_tensor_are_a_finding() -> None:
    check_noop(
        HEAD + "        paddings = tf.constant([[0, 0], [1, n]])\n        return tf.pad(x, paddings)\n",
        codes=("OPS004",),
        select=("OPS004",),
    )


def test_a_sparse_product_is_a_matmul() -> None:
    before = (
        "import tensorflow as tf\nfrom keras import backend as K\n\n\ndef spread(a, x):\n"
        "    assert isinstance(a, tf.SparseTensor)\n    return K.dot(a, x)\n\n\n"
        "def dense(x, w):\n    return K.dot(x, w)\n"
    )
    after = (
        "import tensorflow as tf\nfrom keras import ops\n\n\ndef spread(a, x):\n"
        "    assert isinstance(a, tf.SparseTensor)\n    return ops.matmul(a, x)\n\n\n"
        "def dense(x, w):\n    return ops.dot(x, w)\n"
    )
    check_transformed(before, after, unsafe=True, codes=("BKD001", "BKD002"))


def test_a_dtype_of_a_call_that_stays_is_left_alone() -> None:
    spec = "tf.RaggedTensorSpec([None])"
    text = f"        return tf.map_fn(f, x, dtype=tf.float32, fn_output_signature={spec})\n"
    check_noop(HEAD + text, codes=("OPS004",))


MASKED = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, xs, mask=None):\n"
NONE = "        if isinstance(mask, (list, tuple)) and all(item is None for item in mask):\n            mask = None\n"


@pytest.mark.parametrize("taken", ["a, b = xs", "[a, b] = xs", "a = xs[0]"])
def test_a_list_without_masks_is_none(taken: str) -> None:
    body = f"        {taken}\n        return f(a, mask)\n"
    check_transformed(MASKED + body, MASKED + NONE + body)


@pytest.mark.parametrize(
    "body",
    [
        "        return f(xs, mask)\n",
        "        a, b = xs\n        return a\n",
        "        a, b = ys\n        return f(a, mask)\n",
        "        a = xs[:, 0]\n        return f(a, mask)\n",
        "        a, b = xs\n        if mask[0] is not None:\n            return a\n        return f(a, mask)\n",
    ],
)
def test_masks_of_one_input_and_those_looked_at_stay(body: str) -> None:
    check_noop(MASKED + body)


def test_masks_of_other_classes_stay() -> None:
    check_noop(
        (MASKED + "        a, b = xs\n        return f(a, mask)\n").replace("keras.layers.Layer", "Other")
    )
