"""An error of a class of the author's names that class, and is no defect of ours; others stay what they are."""

from __future__ import annotations

from migrate.pipeline.own_class_errors import of_own_class
from migrate.worlds.ends import WorldError
from migrate.worlds.protocol import RemoteError

NAMES = {"Scale": "layers.py:12"}


def raised(message: str, code: str = "") -> WorldError:
    return WorldError("stock", RemoteError("TypeError", message, code=code))


def test_an_error_about_a_class_of_the_author_names_it_and_its_place() -> None:
    error = of_own_class(
        raised("<class 'own.Scale'> could not be deserialized: unexpected keyword 'steps'"), NAMES
    )
    assert error.code == "CFG059"
    assert error.place == "Scale"
    assert "steps" in error.message
    assert "layers.py:12" in error.hint


def test_another_error_stays() -> None:
    for error in (raised("Scales are off"), raised("Dense fails"), raised("Scale", code="CFG099")):
        assert of_own_class(error, NAMES) is error
