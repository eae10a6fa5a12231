"""Recurrent layers and cells: calls with more than the input, and what classes of the project define."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = (
    "import keras\nimport tensorflow as tf\nfrom other import f, x\nlstm = keras.layers.LSTM(1)\n"
    "dense = keras.layers.Dense(1)\n"
)
RECURRENT = f"{HEAD}class L(keras.layers.LSTM):\n    "
CELL = f"{HEAD}class C(keras.layers.Layer):\n    "


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("lstm(x, None, x)", ["LAY107"]),
        ("lstm(x, constants=x)", ["LAY107"]),
        ("lstm(x, x)", []),
        ("dense(x, None, x)", []),
        ("lstm.call(x)", []),
        ("lstm.build(x, x)", []),
        ("lstm.call(x, *x)", []),
        ("lstm.call(x, x, x, x, x, x)", []),
        ("lstm.call(x, x, mask=x)", []),
        ("dense.call(x, x)", []),
        ("f.make().call(x, x)", []),
        ("def g(y):\n    y.call(x, x)", []),
    ],
)
def test_other_calls_stay(line: str, codes: list[str]) -> None:
    check_noop(f"{HEAD}{line}\n", select=["LAY107", "LAY112"], codes=codes)


def test_what_a_layer_makes_in_a_recurrent_class_is_not_its_base() -> None:
    check_noop(f"{RECURRENT}def call(self, sequences):\n        f().call(x, x)\n", select=["LAY112"])


def test_arguments_of_call_are_named() -> None:
    text = f"{RECURRENT}def call(self, {{0}}):\n        return super().call({{0}}, {{1}}x)\n"
    before, after = text.format("y", ""), text.format("sequences", "mask=")
    check_transformed(before, after, select=["LAY112"])


@pytest.mark.parametrize("given", ["self", "self, sequences", "self, mask, sequences"])
def test_a_call_that_names_its_sequences_stays(given: str) -> None:
    check_noop(f"{RECURRENT}def call({given}):\n        pass\n", select=["LAY112"], codes=[])


@pytest.mark.parametrize(
    ("given", "codes"),
    [("inputs", ["CUS029"]), ("dtype", ["CUS029"]), ("*, inputs", ["CUS029"]), ("batch_size", []), ("n", [])],
)
def test_initial_states_of_a_cell_take_the_size_of_the_batch_only(given: str, codes: list[str]) -> None:
    method = f"def get_initial_state(self, {given}):\n        pass\n"
    check_noop(CELL + method, select=["CUS029"], codes=codes)
    check_noop(RECURRENT + method, select=["CUS029"], codes=[])


INIT = "def __init__(self, units, return_sequences=False{more}):\n        super().__init__(units)\n"
CONFIG = "    def get_config(self):\n        {}\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (INIT.format(more=""), ["CUS037"]),
        (INIT.format(more="") + CONFIG.format("return super().get_config()"), ["CUS037"]),
        (INIT.format(more=", seed=None"), []),
        (INIT.format(more=", **kwargs"), []),
        (INIT.format(more="").replace("return_sequences", "other"), []),
        (INIT.format(more="") + CONFIG.format("return dict(units=1)"), []),
        (INIT.format(more="") + CONFIG.format("return f.super(self)"), []),
        (INIT.format(more="") + CONFIG.format("c = super().get_config(); del c['seed']"), []),
        (INIT.format(more="") + CONFIG.format("c = super().get_config(); c.pop(x)"), []),
        (INIT.format(more="") + CONFIG.format("pass").replace("get_config", "from_config"), []),
    ],
)
def test_a_constructor_that_lists_its_arguments_is_given_a_seed(text: str, codes: list[str]) -> None:
    check_noop(RECURRENT + text, select=["CUS037"], codes=codes)


@pytest.mark.parametrize(
    "text",
    [
        "state_size = {0}\n",
        "def __init__(self):\n        self.output_size = self.n = {0}\n",
        "def state_size(self):\n        if x:\n            return\n        return [{0}, 2]\n",
    ],
)
def test_a_shape_of_one_number_is_that_number(text: str) -> None:
    before = CELL + text.format("tf.TensorShape([3])")
    after = CELL.replace("import tensorflow as tf\n", "") + text.format("3")
    check_transformed(before, after, select=["CUS038"])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("other = tf.TensorShape([3])\n", []),
        ("state_size = tf.TensorShape()\n", []),
        ("state_size = f([3])\n", []),
        ("def other(self):\n        return tf.TensorShape([3])\n", []),
        ("state_size = tf.TensorShape([3, 4])\n", ["CUS038"]),
        ("state_size = tf.TensorShape(x)\n", ["CUS038"]),
    ],
)
def test_other_sizes_stay(text: str, codes: list[str]) -> None:
    check_noop(CELL + text, select=["CUS038"], codes=codes)
