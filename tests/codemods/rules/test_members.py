"""Members of layers and models that left: of which objects they are said, and where they stay."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import f\nlayer = keras.layers.Dense(1)\nm = keras.Sequential([layer])\n"
OWN = "class L(keras.layers.Layer):\n    def __init__(self):\n        super().__init__()\n"


@pytest.mark.parametrize(
    "lines",
    [
        "layer.output_shape = f()\n",
        "m.output_shape\n",
        f"{OWN}        self.input_shape\n",
        "def g(x):\n    return x.layer.output_shape\n",
        "def g(x):\n    for i, layer in enumerate(x.layers):\n        layer.output_shape\n",
        "def g(x, thing):\n    for other in x.layers:\n        thing.output_shape\n",
        "def g(thing):\n    thing.get_weights()\n    return thing.output_shape\n",
        "def g(layer):\n    f(layer)\n    layer.name\n    return layer.output_shape\n",
    ],
)
def test_shapes_of_other_objects_stay(lines: str) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["LAY109"], codes=[])


@pytest.mark.parametrize(
    "lines",
    [
        "layer.{shape}\n",
        "def g(x):\n    for one in x.layers:\n        one.{shape}\n",
        "def g(layer, x):\n    layer(x)\n    return layer.{shape}\n",
        "def g(layer):\n    layer.get_weights()\n    return layer.{shape}\n",
        "def g(layer):\n    layer.build(f())\n    return layer.{shape}\n",
    ],
)
def test_shapes_of_layers_are_those_of_their_tensors(lines: str) -> None:
    before, after = (HEAD + lines.format(shape=shape) for shape in ("output_shape", "output.shape"))
    check_transformed(before, after, unsafe=True, select=["LAY109"])


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("layer._updates\n", ["LAY110"]),
        ("layer._updates = []\n", []),
        ("def g(x):\n    x._updates\n", []),
        (f"{OWN}        self._updates = []\n        self._updates\n", []),
        (
            f"{OWN}        self._updates = []\n        self.one = keras.layers.Dense(1)\n"
            "    def call(self, x):\n        return self.one._updates\n",
            ["LAY110"],
        ),
        ("layer.updates\n", ["LAY110"]),
        ("layer.updates = []\n", []),
        ("def g(x):\n    x.updates\n", []),
        (f"{OWN}        self.updates = []\n        self.updates\n", []),
        (
            f"{OWN}        self.updates = []\n        self.one = keras.layers.Dense(1)\n"
            "    def call(self, x):\n        return self.one.updates\n",
            ["LAY110"],
        ),
        ("layer.stateful\n", ["LAY110"]),
        ("keras.layers.LSTM(1).stateful\n", []),
        ("layer.vocab_size\n", []),
        ("keras.layers.TextVectorization().vocab_size\n", ["LAY110"]),
        ("def g(x):\n    x.vocab_size\n", []),
    ],
)
def test_members_that_left_are_said_of_what_has_them(lines: str, codes: list[str]) -> None:
    check_noop(HEAD + lines, select=["LAY110"], codes=codes)


def test_a_private_member_becomes_the_public_one_where_it_is_read() -> None:
    text = HEAD + "layer.{name}\nlayer._compute_dtype = 'float16'\n"
    before, after = (text.format(name=name) for name in ("_compute_dtype", "compute_dtype"))
    check_transformed(before, after, select=["LAY118"])


@pytest.mark.parametrize(
    "lines",
    [
        "def g(x):\n    x.input_names\n",
        "m.input_names = []\n",
        "i = keras.Input([1])\nn = keras.Model(i, layer(i))\nn.output_names\n",
    ],
)
def test_names_of_tensors_stay(lines: str) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["LAY111"], codes=[])


def test_names_of_tensors_are_asked_of_the_tensors() -> None:
    before = f"{HEAD}m.input_names\nm.output_names\n"
    after = f"{HEAD}[tensor.name for tensor in m.inputs]\n[m.layers[-1].name]\n"
    check_transformed(before, after, select=["LAY111"])
