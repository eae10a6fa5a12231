"""Layers that Keras 3 has and does not run: a dilated transposed convolution, a list of one recurrent cell."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.dilated_transpose import dilated_transpose
from migrate.dialects.keras3.single_cells import single_cell
from migrate.dialects.rule import Era

ERA = Era.of("2.8.0")


def _transposed(**config: object) -> Model:
    kernel = np.arange(24, dtype=np.float32).reshape(2, 3, 4, 1)  # rows, columns, outputs, inputs
    settings = {"filters": 4, "kernel_size": [2, 3], "padding": "same", "strides": [1, 1], **config}
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 5, 6, 1]})
    layer = Layer("Conv2DTranspose", "up", settings, (Node((TensorRef("x"),)),), weights={"kernel": kernel})
    return Model("Functional", "m", Topology.FUNCTIONAL, (entry, layer), TensorRef("x"), TensorRef("up"))


@pytest.mark.parametrize(
    ("padding", "rate", "borders"),
    [
        ("same", 2, [[1, 1], [2, 2]]),
        ("same", 3, [[2, 1], [3, 3]]),
        ("valid", 2, [[2, 2], [4, 4]]),
    ],
)
def test_the_image_is_padded_and_the_kernel_turned(padding: str, rate: int, borders: list[list[int]]) -> None:
    before = _transposed(padding=padding, dilation_rate=[rate, rate])
    model = dilated_transpose(before, ERA)
    assert model.layer("up_zeros").config["padding"] == borders
    layer = model.layer("up")
    assert layer.class_name == "Conv2D"
    assert (layer.config["padding"], layer.config["dilation_rate"]) == ("valid", [rate, rate])
    old, new = before.layer("up").weights["kernel"], layer.weights["kernel"]
    assert new.shape == (2, 3, 1, 4)
    assert new[0, 0, 0, 3] == old[1, 2, 3, 0]


@pytest.mark.parametrize(
    "config",
    [{}, {"dilation_rate": [1, 1]}, {"strides": [2, 2]}, {"dilation_rate": [2, 2], "strides": [2, 2]}],
)
def test_other_transposed_convolutions_stay(config: dict[str, object]) -> None:
    model = _transposed(**config)
    assert dilated_transpose(model, ERA) is model


def _recurrent(*cells: Layer, **kwargs: object) -> Layer:
    stack = Layer("StackedRNNCells", "stack", children={f"cells/{n}": cell for n, cell in enumerate(cells)})
    return Layer("RNN", "rnn", nodes=(Node((TensorRef("x"),), kwargs),), children={"cell": stack})


def test_a_cell_of_the_user_that_holds_one_stays() -> None:
    own = Layer("OwnCells", "stack", children={"cell": Layer("LSTMCell", "cell", {"units": 2})})
    layer = Layer("RNN", "rnn", nodes=(Node((TensorRef("x"),)),), children={"cell": own})
    assert single_cell(layer, ERA) is layer


def test_the_only_cell_stands_for_its_stack() -> None:
    cell = Layer("LSTMCell", "cell", {"units": 2})
    assert single_cell(_recurrent(cell), ERA).children == {"cell": cell}


def test_several_cells_and_given_states_stay() -> None:
    cell = Layer("LSTMCell", "cell", {"units": 2})
    two = _recurrent(cell, cell)
    assert single_cell(two, ERA) is two
    given = _recurrent(cell, initial_state=[TensorRef("h"), TensorRef("c")])
    assert single_cell(given, ERA) is given
