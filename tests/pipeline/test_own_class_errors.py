"""An error of a class of the author's names that class, and is no defect of ours; others stay what they are."""

from __future__ import annotations

from migrate.pipeline.own_class_errors import of_own_class, of_own_code
from migrate.worlds.host.ends import WorldError
from migrate.worlds.host.environment import World
from migrate.worlds.host.protocol import RemoteError

NAMES = {"Scale": "layers.py:12"}


def raised(message: str, code: str = "") -> WorldError:
    return WorldError(World.STOCK, RemoteError("TypeError", message, code=code))


def test_an_error_about_a_class_of_the_author_names_it_and_its_place() -> None:
    error = of_own_class(
        raised("<class 'own.Scale'> could not be deserialized: unexpected keyword 'steps'"), NAMES
    )
    assert error.code == "CFG059"
    assert error.place == "Scale"
    assert "steps" in error.message
    assert "layers.py:12" in error.hint


OWN = {"names": NAMES, "left": ["layers.py:20: BKD003 K.rnn is not in Keras 3"]}


def failed(world: str, message: str, traceback: str = "", code: str = "") -> WorldError:
    return WorldError(World(world), RemoteError("AttributeError", message, code, traceback=traceback))


def test_code_that_fails_under_keras_3_is_named_with_what_the_rewrite_left() -> None:
    error = of_own_code(failed("modern", "Exception encountered when calling Scale.call()."), OWN)
    assert error.code == "CFG068"
    assert error.place == "Scale"
    assert "layers.py:20: BKD003" in error.hint
    assert "layers.py:12" in error.hint
    assert "--modern-source" in error.hint


def test_a_function_of_it_is_known_by_the_traceback() -> None:
    traceback = 'File "/s/own_code_0.py", line 3, in scaled'
    assert of_own_code(failed("modern", "no attribute 'rnn'", traceback), OWN).code == "CFG068"
    assert of_own_code(failed("modern", "no attribute 'rnn'", traceback), {"names": NAMES}).code == "RUN005"


def test_what_is_not_of_the_authors_code_stays_an_error_of_ours() -> None:
    for error, own in (
        (failed("modern", "Dense fails"), OWN),
        (failed("legacy", "Exception encountered when calling Scale.call()."), OWN),
        (failed("modern", "Exception encountered when calling Scale.call()."), {}),
        (failed("modern", "Scale", code="CFG061"), OWN),
    ):
        assert of_own_code(error, own) is error


def test_another_error_stays() -> None:
    for error in (raised("Scales are off"), raised("Dense fails"), raised("Scale", code="CFG099")):
        assert of_own_class(error, NAMES) is error
