"""Layers that reach for symbolic tensors of the model they are in."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

HEAD = "import keras\nfrom keras import backend as K\n\nx = keras.Input((3,))\nz = keras.layers.Dense(2)(x)\nn = 2\n"
LAYER = "\n\nclass Own(keras.layers.Layer):\n    def {}:\n        {}\n"


def found(text: str, count: int) -> None:
    check_noop(HEAD + text, select=["CUS048"], unsafe=True, codes=["CUS048"] * count)


@pytest.mark.parametrize(
    "method",
    [
        ("call(self, y)", "return y + z"),
        ("call(self, y)", "return [y + z for y in y]"),
        ("call(self, y)", "return self.loss(y)\n\n    def loss(self, y):\n        return K.sum(z)"),
        ("call(self, y)", "return keras.layers.add([y, z])"),
    ],
)
def test_a_layer_that_reads_a_tensor_of_the_model_is_found(method: tuple[str, str]) -> None:
    found(LAYER.format(*method), 1)


@pytest.mark.parametrize(
    "method",
    [
        ("call(self, z)", "return z"),
        ("call(self, y)", "return y * z.shape[-1]"),
        ("call(self, y)", "return y * n"),
        ("call(self, y)", "z = y\n        return z"),
        ("call(self, y)", "return [z for z in y]"),
        ("call(self, y)", "return self.z"),
        ("__init__(self)", "self.z = z"),
        ("call(self, y)", "return y * K.int_shape(z)[-1] * K.ndim(z)"),
        ("as_model(self)", "return keras.Model(x, z)"),
        ("call(self, y)", "return y\n\n    def as_model(self):\n        return keras.layers.Dense(2)(z)"),
    ],
)
def test_what_a_layer_is_given_or_makes_is_its_own(method: tuple[str, str]) -> None:
    found(LAYER.format(*method), 0)


def test_another_class_is_no_layer() -> None:
    found("class Own:\n    def call(self, y):\n        return y + z\n", 0)


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ("keras.layers.Lambda(lambda y: y + z)", 1),
        ("keras.layers.Lambda(lambda z: z)", 0),
        ("keras.layers.Lambda(lambda y: y + n)", 0),
        ("def add(y):\n    return y + z\n\n\nkeras.layers.Lambda(add)", 1),
        ("def add(y):\n    return y + n\n\n\nkeras.layers.Lambda(function=add)", 0),
        ("from other import add\nkeras.layers.Lambda(add)", 0),
        ("keras.layers.Lambda()", 0),
        ("print(lambda y: y + z)", 0),
        ("size = K.int_shape(z)[-1]\nkeras.layers.Lambda(lambda y: y * size)", 0),
    ],
)
def test_lambdas(made: str, count: int) -> None:
    found(f"{made}\n", count)
