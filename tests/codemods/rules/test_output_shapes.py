"""``compute_output_shape`` beside ``call``: where they cannot agree, and where they may."""

from __future__ import annotations

import pytest

from codemods.testing import run

LAYER = (
    "import keras\nfrom keras import backend as K\n\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n"
    "        return {}\n\n    def compute_output_shape(self, shape):\n        return {}\n"
)
WRONG = [
    ("x[:, 0]", "shape"),
    ("x[:, -1, :]", "shape"),
    ("K.sum(x, axis=1)", "shape"),
    ("[x, x]", "(shape[0], 3)"),
]
FINE = [
    ("x[:, 0]", "shape[:1]"),
    ("x[:, 0:1]", "shape"),
    ("x[:, 0, None]", "shape"),
    ("K.sum(x, axis=1, keepdims=True)", "shape"),
    ("K.sum(x)", "shape"),
    ("x * 2", "shape"),
    ("f(x)[:, 0]", "shape"),
    ("[x, x]", "[shape, shape]"),
    ("[x, x]", "(shape, (None, 3))"),
    ("[x]", "(shape[0], 3)"),
]


def found(given: str, said: str) -> bool:
    return "CUS034" in {f.code for f in run(LAYER.format(given, said)).findings}


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_cannot_agree_is_found(given: str, said: str) -> None:
    assert found(given, said)


@pytest.mark.parametrize(("given", "said"), FINE)
def test_what_may_agree_stays(given: str, said: str) -> None:
    assert not found(given, said)


def test_several_returns_and_models_stay() -> None:
    text = LAYER.format("x[:, 0]", "shape").replace(
        "        return shape", "        if shape:\n            return 1\n        return shape"
    )
    assert "CUS034" not in {f.code for f in run(text).findings}
    model = LAYER.format("x[:, 0]", "shape").replace("keras.layers.Layer", "keras.Model")
    assert "CUS034" not in {f.code for f in run(model).findings}


APART = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, xs):\n        a, b = xs\n        y = {}\n"
APART += "        return {}\n\n    def compute_output_shape(self, shape):\n        return {}\n"


@pytest.mark.parametrize(
    ("made", "given", "said", "wrong"),
    [
        ("a + b", "y", "shape", True),
        ("f(a)", "y * 2", "shape", True),
        ("[a, b]", "y", "shape", False),
        ("f(a)", "y", "shape[0]", False),
        ("f(a)", "[y, b]", "shape", False),
        ("f(a)", "xs", "shape", False),
    ],
)
def test_one_tensor_of_several(made: str, given: str, said: str, wrong: bool) -> None:
    found_codes = {f.code for f in run(APART.format(made, given, said)).findings}
    assert ("CUS034" in found_codes) is wrong


def test_one_input_is_given_on() -> None:
    text = APART.format("a + 1", "y", "shape").replace("a, b = xs", "a = xs")
    assert "CUS034" not in {f.code for f in run(text).findings}


def test_a_call_of_the_class_above_counts() -> None:
    head, _, shapes = APART.format("a + b", "y", "shape").partition("    def compute_output_shape")
    child = "class Child(Own):\n    def compute_output_shape" + shapes
    assert "CUS034" in {f.code for f in run(f"{head}\n\n{child}").findings}
    own = head + "    def compute_output_shape(self, shape):\n        return shape[0]\n"
    assert "CUS034" not in {f.code for f in run(f"{own}\n\n{child}").findings}
