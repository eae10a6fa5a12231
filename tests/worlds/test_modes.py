"""A call in training mode leaves a model as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from migrate.worlds.guest.modes import calm_training


class Dropout:
    """Stands for the layer of either world."""

    def __init__(self, rate: float) -> None:
        self.rate = rate


class LSTM:
    """Its rates are properties of its cell."""

    def __init__(self, cell: LSTMCell) -> None:
        self.cell = cell

    @property
    def dropout(self) -> float:
        return self.cell.dropout


class LSTMCell:
    """Stands for the cell of either world."""

    def __init__(self) -> None:
        self.dropout, self.recurrent_dropout = 0.25, 0.5


class Variable:
    """An array that can be assigned to."""

    def __init__(self, values: list[float]) -> None:
        self.values = np.array(values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return self.values

    def assign(self, values: Any) -> None:
        self.values = np.array(values)


@dataclass
class Model:
    """What a model of either world is asked for."""

    layers: list[Any]
    weights: list[Variable] = field(default_factory=list)

    def _flatten_layers(self) -> list[Any]:
        return self.layers


def test_rates_are_off_inside_and_everything_is_as_it_was_after() -> None:
    cell = LSTMCell()
    dropout, average = Dropout(0.5), Variable([1.0, 2.0])
    model = Model([dropout, LSTM(cell), cell], [average])

    def fail() -> None:
        with calm_training(model):
            assert (dropout.rate, cell.dropout, cell.recurrent_dropout) == (0.0, 0.0, 0.0)
            average.assign([7.0, 7.0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (dropout.rate, cell.dropout, cell.recurrent_dropout) == (0.5, 0.25, 0.5)
    assert average.values.tolist() == [1.0, 2.0]
