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


SHAPE = """\
import keras
from other import Own, layers


def f(inner):
    m = keras.Sequential()
{lines}    m.output_shape
"""


@pytest.mark.parametrize(
    ("lines", "shape"),
    [
        ("    m.add(inner)\n", "(m if m.built else inner).output_shape"),
        ("    m.add(Own(inner))\n", "(m if m.built else m.layers[0]).output.shape"),
        ("    m.add(inner)\n    m.input_shape\n", "(m if m.built else inner).output_shape"),
    ],
)
def test_the_shape_of_the_one_model_that_a_sequential_holds(lines: str, shape: str) -> None:
    outcome = run(SHAPE.format(lines=lines), unsafe=True, select=["LAY126"])
    assert outcome.text.splitlines()[-1].strip() == shape


@pytest.mark.parametrize(
    ("used", "written"),
    [
        ("m.output.shape", "m.outputs[0].shape"),
        ("m.input.name", "m.inputs[0].name"),
        ("m.input.index(y)", "(m.inputs[0] if len(m.inputs) == 1 else m.inputs).index(y)"),
        ("f(m.output)", "f((m.outputs[0] if len(m.outputs) == 1 else m.outputs))"),
    ],
)
def test_what_has_a_shape_is_no_list(used: str, written: str) -> None:
    outcome = run(f"{HEAD}m = keras.models.load_model(x)\n{used}\n", unsafe=True, select=["LAY123"])
    assert outcome.text.endswith(f"\n{written}\n")


def test_a_model_of_applications_needs_no_guess() -> None:
    text = "import keras\n\nm = keras.Sequential([keras.applications.VGG16()])\nm.input_shape\n"
    after = text.replace("m.input_shape", "(m if m.built else m.layers[0]).input.shape")
    check_transformed(text, after, select=["LAY126"], codes=["LAY126"])


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "    m.add(inner)\n    m.add(inner)\n",
        "    m.add(keras.layers.Dense(1))\n",
        "    for layer in layers:\n        m.add(layer)\n",
        "    m = keras.Sequential(layers)\n",
        "    m.add(*layers)\n",
        "    m.build(inner)\n",
    ],
)
def test_a_sequential_of_layers_knows_its_shapes(lines: str) -> None:
    check_noop(SHAPE.format(lines=lines), unsafe=True, select=["LAY126"], codes=[])
