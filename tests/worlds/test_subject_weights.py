"""Weights of the user's definitions, paired between two worlds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from migrate.worlds.contracts.proving import ToldWeight
from migrate.worlds.guest.subject_weights import Unsuitable, given


class Variable:
    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self.name = self.path = name
        self.shape = shape
        self.value = np.zeros(shape)

    def assign(self, value: Any) -> None:
        self.value = np.asarray(value)


def layer(*variables: Variable) -> Any:
    return SimpleNamespace(
        weights=list(variables),
        metrics=(),
        get_config=dict,
        _flatten_layers=list,
        _trainable_weights=list(variables),
    )


def test_weights_are_paired_by_names_whatever_their_order() -> None:
    kernel, bias = Variable("kernel", (2, 3)), Variable("bias", (3,))
    how: list[str] = []
    told = [ToldWeight("bias", "bias", [3]), ToldWeight("kernel", "kernel", [2, 3])]
    chosen = given(told, [np.full(3, 5.0), np.full((2, 3), 7.0)], how)(layer(kernel, bias))
    assert how == ["names"]
    assert [entry[2] for entry in chosen] == [bias, kernel]
    assert kernel.value.mean() == 7.0
    assert bias.value.mean() == 5.0


def test_weights_of_other_names_are_paired_by_order_and_shapes() -> None:
    kernel, bias = Variable("w", (2, 3)), Variable("b", (3,))
    how: list[str] = []
    told = [ToldWeight("kernel", "kernel", [2, 3]), ToldWeight("bias", "bias", [3])]
    given(told, [np.ones((2, 3)), np.full(3, 2.0)], how)(layer(kernel, bias))
    assert how == ["order"]
    assert bias.value.mean() == 2.0


def test_weights_that_are_not_the_same_ones_are_refused() -> None:
    with pytest.raises(Unsuitable, match="its weights are w"):
        given([ToldWeight("kernel", "kernel", [3, 2])], [np.ones((3, 2))], [])(layer(Variable("w", (2, 3))))
