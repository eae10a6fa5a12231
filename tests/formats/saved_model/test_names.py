"""Keys of signatures, made from names of inputs."""

from __future__ import annotations

import pytest

from migrate.formats.saved_model.names import argument_names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("line", "line"),
        ("a-b", "a_b"),
        ("1st input", "arg_1st_input"),
        ("_hidden", "arg__hidden"),
        ("größe", "gr__e"),
        ("x:0", "x_0"),
    ],
)
def test_a_name_becomes_an_argument(name: str, key: str) -> None:
    assert argument_names([name]) == [key]


def test_keys_are_unique() -> None:
    assert argument_names(["a b", "a-b", "a_b"]) == ["a_b", "a_b_1", "a_b_2"]
