"""Functions of a user's source are read as values: nothing of the module is executed."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.version import Version

from migrate.bytecode.definitions import known_values
from migrate.bytecode.errors import Refused
from migrate.bytecode.from_source import read_source
from migrate.bytecode.lambdas import Writer, interpret_source
from migrate.bytecode.values import Tensor

SOURCE = """
import os
import tensorflow.keras.backend as B
from keras import backend
from math import pi as PI

SCALE = 0.5
WEIGHTS = [1.0, 2.0]

def halve(x):
    return x * SCALE

def mixed(x, power=2, *, bias=1.0):
    return B.abs(halve(x)) ** power + bias

def listed(x):
    WEIGHTS.append(3.0)
    return backend.stack([x * weight for weight in WEIGHTS], axis=1)

def reaching(x):
    return os.system("id")

@decorated
def wrapped(x):
    return x

raise SystemExit("executed")
"""


def computed(name: str, **arguments: Any) -> str:
    writer = Writer(Version("2.8.0"), tf_keras=True)
    return interpret_source(
        name, Tensor(-1, 0, (None, 4), "float32"), arguments, writer, read_source(SOURCE)
    ).source


def test_functions_constants_and_libraries_are_found() -> None:
    functions = {"halve", "listed", "mixed", "reaching"}
    assert set(read_source(SOURCE)) == {"B", "PI", "SCALE", "WEIGHTS", "backend"} | functions


def test_a_function_calls_others_of_its_module() -> None:
    assert computed("mixed") == "tf.math.abs(x * 0.5) ** 2.0 + 1.0"
    assert computed("mixed", power=3, bias=0.25) == "tf.math.abs(x * 0.5) ** 3.0 + 0.25"


def test_a_constant_list_is_not_changed_for_the_next_call() -> None:
    assert computed("listed") == computed("listed") == "tf.stack([x * 1.0, x * 2.0], axis=1)"


def test_what_is_not_listed_is_refused_here_too() -> None:
    with pytest.raises(Refused, match="os"):
        computed("reaching")


def test_given_values_stand_above_those_of_the_source() -> None:
    assert known_values(["A = 1\nB = 2", "def broken("], ["B=3"]) == {"A": 1, "B": 3}
