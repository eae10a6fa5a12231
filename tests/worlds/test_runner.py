"""What both worlds say of a live model, told without a framework."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrate.worlds.guest.runner import sizes_in


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((None, 3), [None, 3]),
        ([(None, 3), (None, 4)], [None, 3, None, 4]),
        ({"b": (2,), "a": (None, 1)}, [None, 1, 2]),
        ((None, 6 / 2), [None, 3]),
        (SimpleNamespace(as_list=lambda: [None, 5]), [None, 5]),
    ],
)
def test_sizes_of_what_an_author_says_a_shape_is(shape: object, sizes: list[int | None]) -> None:
    assert list(sizes_in(shape)) == sizes
