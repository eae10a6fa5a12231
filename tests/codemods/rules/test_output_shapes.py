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
