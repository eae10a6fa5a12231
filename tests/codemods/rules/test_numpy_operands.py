"""Values of NumPy on the left of symbolic tensors."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

HEAD = (
    "import keras\nimport numpy as np\nfrom other import n\n\n"
    "x = keras.Input((3,))\nscale = np.sqrt(8)\nmean: float = np.array([1.0, 2.0, 3.0])\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "np.sqrt(8) * x",
        "np.array([1.0]) - keras.layers.Dense(3)(x)",
        "2 * np.float32(3) / x",
        "-np.log(n) + x",
        "scale * x",
        "mean - x",
        "n / (scale * x + 1)",
        "1 + scale ** 2 * x",
    ],
)
def test_a_value_on_the_left_is_found(text: str) -> None:
    check_noop(f"{HEAD}{text}\n", select=["OPS008"], unsafe=True, codes=["OPS008"])


@pytest.mark.parametrize(
    "text",
    [
        "x * np.sqrt(8)",
        "x * scale + scale",
        "(x - mean) / scale",
        "x * (scale * 2)",
        "float(np.sqrt(8)) * x",
        "np.pi * x",
        "np.ndim(n) * x",
        "np.prod(n) * keras.backend.int_shape(x)[1]",
        "np.prod(n) * x.shape[1]",
        "np.sqrt(keras.backend.ndim(x)) * keras.backend.ndim(x)",
        "np.sqrt(8) * keras.layers.Dense(3)",
        "np.random.uniform() * x",
        "np.sqrt(8) * n",
        "[np.sqrt(8)] + [x]",
        "scale = 3\nscale * x",
        "lambda x: scale * x",
    ],
)
def test_other_operations_are_not(text: str) -> None:
    check_noop(f"{HEAD}{text}\n", select=["OPS008"], unsafe=True, codes=[])


def test_a_layer_computes_with_values() -> None:
    layer = "class Own(keras.layers.Layer):\n    def call(self, x):\n        return np.sqrt(8) * x\n"
    check_noop(f"{HEAD}{layer}", select=["OPS008"], unsafe=True, codes=[])
