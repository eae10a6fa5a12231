"""`model.input` and `model.output`: which models give a list, and which have none."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "import keras\nfrom other import x, y\ni = keras.Input([1])\n"


@pytest.mark.parametrize(
    "lines",
    [
        "m = keras.Sequential()\nm.input = x\n",
        "def g(x):\n    x.input\n",
        "layer = keras.layers.Dense(1)\nlayer.input\n",
        "m = keras.Model(i, x)\nm.input\n",
        "m = keras.Model([i, y], x)\nm.input\n",
        "m = keras.Model([*y], x)\nm.input\n",
        "m = keras.applications.Xception()\nm.input\n",
        "class A:\n    def f(self):\n        self.m = keras.Model(i, x)\n    def g(self):\n        self.m.input\n",
    ],
)
def test_ends_that_are_as_they_were_stay(lines: str) -> None:
    check_noop(HEAD + lines, select=["LAY123"])


@pytest.mark.parametrize("made", ["keras.Sequential()", "keras.Model([i], x)", "keras.Model((i,), x)"])
def test_a_list_of_one_is_that_one(made: str) -> None:
    text = f"{HEAD}m = {made}\nm.{{end}}\n"
    check_transformed(text.format(end="input"), text.format(end="inputs[0]"), select=["LAY123"])


def test_a_model_that_was_loaded_may_be_a_sequential() -> None:
    line = run(
        f"{HEAD}m = keras.models.load_model([x])\nm.input\n", unsafe=True, select=["LAY123"]
    ).text.splitlines()[-1]
    assert line == "(m.inputs[0] if len(m.inputs) == 1 else m.inputs)"
