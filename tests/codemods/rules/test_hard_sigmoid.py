"""`hard_sigmoid` by its name: which places ask for the function of Keras, and where it is defined."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run

HEAD = "import keras\nfrom other import f, x\n"


@pytest.mark.parametrize(
    "line",
    [
        "f(activation='hard_sigmoid')",
        "keras.layers.Dense('hard_sigmoid')",
        "keras.layers.Dense(1, name='hard_sigmoid')",
        "keras.layers.Dense(1, activation='relu')  # not hard_sigmoid",
        "keras.layers.Activation('relu')  # not hard_sigmoid",
        "keras.layers.Activation()  # not hard_sigmoid",
        "keras.layers.ConvLSTM2D(1, 1, **x)",
        "keras.layers.ConvLSTM2D(1, 1, recurrent_activation='relu')",
    ],
)
def test_other_places_stay(line: str) -> None:
    check_noop(f"{HEAD}{line}\n", unsafe=True, select=["LAY105"], codes=[])


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("keras.layers.Dense(1, activation='hard_sigmoid')", "activation=legacy_hard_sigmoid"),
        ("keras.layers.Activation('hard_sigmoid')", "Activation(legacy_hard_sigmoid)"),
        ("keras.layers.ConvLSTM2D(1, 1)", "ConvLSTM2D(1, 1, recurrent_activation=legacy_hard_sigmoid)"),
    ],
)
def test_the_function_is_defined_where_the_file_has_none(line: str, after: str) -> None:
    made = run(f"{HEAD}{line}\n{line}\n", unsafe=True, select=["LAY105"]).text
    assert made.count("def legacy_hard_sigmoid") == 1
    assert made.count(after) == 2
    other = run(f"{HEAD}def other(x):\n    return x\n\n\n{line}\n", unsafe=True, select=["LAY105"]).text
    assert other.index("def other") < other.index("def legacy_hard_sigmoid") < other.index(after)
    own = f"{HEAD}def legacy_hard_sigmoid(x):\n    return x\n\n\n"
    assert run(f"{own}{line}\n", unsafe=True, select=["LAY105"]).text.startswith(own)


def test_the_function_itself_is_left_to_a_person() -> None:
    check_noop(f"{HEAD}keras.activations.hard_sigmoid(x)\n", unsafe=True, select=["LAY105"], codes=["LAY105"])
