"""Shapes and tensors that `Input` and `add_weight` are given."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Severity

HEAD = (
    "import keras\nfrom other import g, sizes, x\n\n\nclass L(keras.layers.Layer):\n"
    "    def build(self, shape):\n        {line}\n"
)


@pytest.mark.parametrize("given", ["", "True", "x", "(3,)", "shape=[3]"])
def test_other_shapes_of_inputs_stay(given: str) -> None:
    check_noop(f"import keras\nfrom other import x\nkeras.Input({given})\n", select=["LAY116"], codes=[])


INPUT_LAYERS = {
    "keras.Input((784))": "keras.Input(((784,)))",
    "keras.layers.InputLayer(784)": "keras.layers.InputLayer((784,))",
    "keras.layers.InputLayer(input_shape=784)": "keras.layers.InputLayer(shape=(784,))",
}


@pytest.mark.parametrize("layer", INPUT_LAYERS)
def test_a_number_is_the_shape_of_one_axis(layer: str) -> None:
    assert run(f"import keras\n{layer}\n").text == f"import keras\n{INPUT_LAYERS[layer]}\n"


def test_the_shape_of_an_input_layer_stays() -> None:
    check_noop("import keras\nfrom other import x\nkeras.layers.InputLayer(x)\n", select=["LAY116"], codes=[])
    check_noop("import keras\nkeras.layers.InputLayer(name='a')\n", select=["LAY116"], codes=[])


@pytest.mark.parametrize(
    ("given", "severity"),
    [("tf.constant(x)", Severity.ERROR), ("make(x)", Severity.WARNING), ("x", Severity.WARNING)],
)
def test_a_tensor_that_may_be_one_of_keras_is_a_warning(given: str, severity: Severity) -> None:
    head = "import keras\nimport tensorflow as tf\nfrom other import x\ndef make(x):\n    return x\n"
    text = f"{head}keras.Input(tensor={given})\n"
    assert [finding.severity for finding in run(text, select=["LAY119"]).findings] == [severity]


@pytest.mark.parametrize(
    "line",
    [
        "self.add_weight('w')",
        "self.add_weight(shape=x)",
        "self.add_weight(shape=True)",
        "self.add_weight(shape=shape[1:])",
        "self.add_weight(shape=sizes[0])",
        "self.add_weight(shape=self.sizes[0])",
        "self.add_weight(shape=g(3))",
        "self.add_weight(shape=g.len(3))",
        "self.add_weight(shape=nothing)",
        "n = k = x; n = k; k = n; self.add_weight(shape=n)",
        "for n in sizes: self.add_weight(shape=n)",
    ],
)
def test_what_may_be_a_shape_stays(line: str) -> None:
    check_noop(HEAD.format(line=line), unsafe=True, select=["LAY116"], codes=[])


def test_an_item_of_a_shape_outside_of_build_stays() -> None:
    text = HEAD.format(line="pass") + "\n\nL().add_weight(shape=sizes[0])\n"
    check_noop(text, unsafe=True, select=["LAY116"], codes=[])
    other = HEAD.format(line="self.add_weight(shape=shape[0])").replace("def build", "def make")
    check_noop(other, unsafe=True, select=["LAY116"], codes=[])


@pytest.mark.parametrize("number", ["3", "shape[-1]", "len(shape)", "int(x)"])
def test_a_number_becomes_a_shape(number: str) -> None:
    text = HEAD.format(line="self.add_weight(shape={shape})")
    before, after = (text.format(shape=shape) for shape in (number, f"({number},)"))
    check_transformed(before, after, select=["LAY116"])
    text = HEAD.format(line="n = {number}\n        self.add_weight(shape={{shape}})").format(number=number)
    before, after = (text.format(shape=shape) for shape in ("n", "(n,)"))
    check_transformed(before, after, select=["LAY116"])


@pytest.mark.parametrize(
    ("number", "made"),
    [
        ("np.max(y) + 1", "Dense({})"),
        ("1 + y.max()", "Embedding(n, {})"),
        ("y.user.max() + 1", "Embedding(output_dim=3, input_dim={})"),
        ("np.prod(y.shape)", "LSTM(units={})"),
        ("y.max() if n else 3", "Dense({})"),
    ],
)
def test_what_numpy_counts_becomes_an_int(number: str, made: str) -> None:
    head = "import keras\nimport numpy as np\nfrom other import n, y\n"
    direct = f"{head}keras.layers.{made}\n"
    check_transformed(direct.format(number), direct.format(f"int({number})"), select=["LAY117"])
    named = f"{head}count = {number}\nkeras.layers.{made}\n"
    check_transformed(named.format("count"), named.format("int(count)"), select=["LAY117"])


@pytest.mark.parametrize(
    "count",
    [
        "len(y) + 1",
        "y.shape[1]",
        "y.max(axis=0)",
        "y.max(0)",
        "n",
        "int(np.max(y)) + 1",
        "count + 1",
        "n if y.max() else 3",
    ],
)
def test_what_python_counts_stays(count: str) -> None:
    head = "import keras\nimport numpy as np\nfrom other import n, y\n"
    check_noop(f"{head}count = {count}\nkeras.layers.Dense(count)\n", select=["LAY117"])
