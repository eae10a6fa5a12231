"""Shapes of a model that code builds, beside those of a file."""

from __future__ import annotations

import pytest

from migrate.own_code.fitting import Weights, beyond, difference, in_theanos_order


def of(*shapes: tuple[int, ...]) -> Weights:
    return Weights(shapes, [f"layer{number}" for number in range(len(shapes))])


@pytest.mark.parametrize(
    ("built", "saved", "expected"),
    [
        ([(3, 2, 5, 8), (8,)], [(8, 5, 3, 2), (8,)], True),
        ([(3, 3, 1, 4), (2, 2, 2, 2)], [(4, 1, 3, 3), (2, 2, 2, 2)], True),
        ([(3, 2, 2, 5, 8)], [(8, 5, 3, 2, 2)], True),
        ([(3, 2, 5, 8), (8,)], [(3, 2, 5, 8), (8,)], False),
        ([(2, 2, 2, 2)], [(2, 2, 2, 2)], False),
        ([(3, 2, 5, 8), (3, 3, 4, 6)], [(8, 5, 3, 2), (3, 3, 4, 6)], False),
        ([(3, 2, 5, 8)], [(3, 2, 8, 5)], False),
        ([(5, 8)], [(8, 5)], False),
    ],
)
def test_the_order_of_theano_is_told_by_all_kernels(
    built: list[tuple[int, ...]], saved: list[tuple[int, ...]], expected: bool
) -> None:
    assert in_theanos_order(of(*built), of(*saved)) is expected


def test_it_is_no_other_architecture() -> None:
    assert difference(of((3, 2, 5, 8)), of((8, 5, 3, 2))) == ""
    assert difference(of((3, 2, 5, 8)), of((8, 5, 3, 3))) != ""


def test_a_part_has_all_its_layers_in_the_file() -> None:
    saved = Weights([(4, 5), (5,), (5, 3), (3,), (3, 2)], ["a", "a", "b", "b", "c"])
    assert beyond(Weights([(5, 3), (3,), (4, 5), (5,)], ["b", "b", "a", "a"]), saved) == ["c"]
    assert beyond(Weights([(4, 5), (5,)], ["a", "a"]), saved) == ["b", "c"]
    assert beyond(saved, saved) == []
    assert beyond(Weights([(4, 6), (6,)], ["a", "a"]), saved) == []
    assert beyond(Weights([(4, 5), (5,), (3, 2)], ["a", "a", "d"]), saved) == []
    assert beyond(Weights([], []), saved) == []
