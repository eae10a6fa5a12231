"""A package that is not installed may be read and called; nothing that needs a value of it goes on."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from migrate.worlds.guest.absent import Absent


def test_what_nobody_needs_the_value_of_goes_on() -> None:
    pandas: Any = Absent("pandas")
    frame = pandas.DataFrame(columns=["a"])
    frame.index = 3
    frame["a"] = [1]
    assert (
        repr(frame.loc[2].apply(len))
        == "<pandas.DataFrame().loc[…].apply() of a package that is not installed>"
    )


@pytest.mark.parametrize(
    "ask",
    [
        bool,
        int,
        float,
        str,
        len,
        list,
        hash,
        range,
        np.asarray,
        np.float32,
        "{}".format,
        lambda value: value == 1,
        lambda value: value != 1,
        lambda value: value < 1,
        lambda value: 1 + value,
        lambda value: value * 2,
        lambda value: 1 in value,
        lambda value: operator.iadd(1, value),
        lambda value: value.get_config(),
    ],
)
def test_a_value_is_refused_with_the_name_of_the_package(ask: Callable[[Any], object]) -> None:
    pandas: Any = Absent("pandas")
    with pytest.raises(
        ImportError, match=r"pandas is not installed, and the model needs pandas\.read_csv\(\)"
    ):
        ask(pandas.read_csv("a.csv"))


class Tensor:
    """Of Keras, as far as a stand-in can tell."""

    __module__ = "tf_keras.src.engine"


@pytest.mark.parametrize("given", [Tensor(), Tensor, [Tensor()], {"x": (Tensor(),)}])
def test_nothing_of_keras_goes_through_it(given: object) -> None:
    layers: Any = Absent("layers")
    with pytest.raises(ImportError, match="layers is not installed"):
        layers.Attention(8)(given)
    with pytest.raises(ImportError, match="layers is not installed"):
        layers.wrap(model=given)


def test_methods_of_python_that_it_has_not_are_not_made_up() -> None:
    assert not hasattr(Absent("pandas"), "__array_interface__")
    assert not hasattr(Absent("pandas"), "_keras_history")
