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
    ("K.sum(x, axis=1, keepdims=True)", "shape"),
    ("K.mean(x, [1, 2], True)", "shape"),
    ("K.max(x, axis=self.axis)", "shape"),
    ("[x, x]", "(shape[0], 3)"),
]
FINE = [
    ("x[:, 0]", "shape[:1]"),
    ("x[:, 0:1]", "shape"),
    ("x[:, 0, None]", "shape"),
    ("K.sum(x)", "shape"),
    ("K.sum(x, axis=None)", "shape"),
    ("K.sum(y, axis=1)", "shape"),
    ("x * 2", "shape"),
    ("f(x)[:, 0]", "shape"),
    ("[x, x]", "[shape, shape]"),
    ("[x, x]", "(shape, (None, 3))"),
    ("[x]", "(shape[0], 3)"),
]


def found(given: str, said: str) -> bool:
    return is_found(LAYER.format(given, said))


def is_found(text: str) -> bool:
    return [f.code for f in run(text, select=["CUS034"]).findings] == ["CUS034"]


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


LOSES = [
    "x[:, 0]",
    "x[0]",
    "K.mean(x, 1)",
    "K.argmax(x, axis=-1)",
    "K.sum(x, axis=i)",
    "K.sum(x, axis=[0, 1])",
    "K.sum(x, 1, True)",
]
KEEPS = [
    "K.sum(x, axis=None)",
    "y[:, 0]",
    "x.y[:, 0]",
    "x[:, i]",
    "x[..., 0]",
    "x[i]",
    "x[:]",
    "K.sum(y, axis=1)",
    "K.sum(x.y, axis=1)",
    "K.sum(f(x), axis=1)",
    "K.sum()",
    "K.square(x, axis=1)",
    "f.sum(x, axis=1)",
]


@pytest.mark.parametrize("given", LOSES)
def test_an_axis_that_goes_is_found(given: str) -> None:
    assert found(given, "shape")


@pytest.mark.parametrize("given", KEEPS)
def test_an_axis_that_may_stay_stays(given: str) -> None:
    assert not found(given, "shape")


@pytest.mark.parametrize("said", ["other", "self.shape", "shape[0]", "f(shape)", "tuple(shape)"])
def test_another_shape_than_the_inputs_stays(said: str) -> None:
    assert not found("x[:, 0]", said)


@pytest.mark.parametrize("said", ["(shape[0], 3)", "(None, self.units)", "(shape[0], shape[1])", "(1, 2)"])
def test_one_shape_of_several_tensors_is_found(said: str) -> None:
    assert found("[x, x]", said)
    assert found("(x, x)", said)


@pytest.mark.parametrize(
    "said",
    [
        "()",
        "[shape[0], 3]",
        "(shape[0], f)",
        "(self.units, 3)",
        "(shape[0], self.shape)",
        "(shape[0], f(3))",
        "f((1, 2))",
    ],
)
def test_what_may_be_several_shapes_stays(said: str) -> None:
    assert not found("[x, x]", said)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("call", "other"),
        ("compute_output_shape", "other"),
        ("def call(self, x)", "def call(self)"),
        ("def compute_output_shape(self, shape)", "def compute_output_shape(self)"),
        ("        return shape", "        shape = shape[:1]\n        return shape"),
        ("        return shape", "        return shape\n        print(shape)"),
        ("        return x[:, 0]", "        if x:\n            return x\n        return x[:, 0]"),
        ("        return x[:, 0]", "        return"),
        ("        return shape", "        return"),
        ("(keras.layers.Layer)", ""),
    ],
)
def test_a_class_that_says_something_else_stays(old: str, new: str) -> None:
    text = LAYER.format("x[:, 0]", "shape")
    assert old in text
    assert not is_found(text.replace(old, new))


def test_a_class_whose_parent_says_its_shape_keeps_its_own_word() -> None:
    text = LAYER.format("x[:, 0]", "shape")
    below = (
        text.partition("class ")[2]
        .replace("Own(keras.layers.Layer)", "Below(Own)")
        .replace("x[:, 0]", "x[:, 1]")
    )
    findings = run(f"{text}\n\nclass {below}", select=["CUS034"]).findings
    assert [finding.message.partition(".")[0] for finding in findings] == ["Own"]


def test_another_name_of_the_input_is_the_input() -> None:
    text = LAYER.format("K.mean(y, axes, keepdims=True)", "shape")
    named = text.replace("        return K", "        y = x\n        return K")
    assert "CUS034" in {f.code for f in run(named).findings}
    other = text.replace("        return K", "        y = f(x)\n        return K")
    assert "CUS034" not in {f.code for f in run(other).findings}
