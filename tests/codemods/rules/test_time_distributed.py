"""TimeDistributed: where a length may be unknown it is folded, where all lengths are said it stays."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, run

HEAD = "import keras\n\n{}\nx = keras.layers.TimeDistributed(keras.layers.Dense(2))(x)\n"


def folded(inputs: str, *, version: str = "3.15.1") -> bool:
    outcome = run(HEAD.format(inputs), unsafe=True, version=version)
    assert outcome.error is None
    found = [finding for finding in outcome.findings if finding.code == "LAY125"]
    assert bool(found) is ("FoldedTimeDistributed(keras.layers.Dense(2))" in outcome.text)
    return bool(found)


@pytest.mark.parametrize(
    "inputs",
    [
        "x = keras.Input((None, 3))",
        "x = keras.Input(shape=(None, 28, 28, 1))",
        "x = keras.layers.Input(batch_shape=(2, None, 3))",
        "x = keras.Input(shape)",
        "x = keras.Input((5, 3))\ny = keras.Input((None, 3))",
        "x = keras.layers.Masking(input_shape=(None, 3))(x)",
        "def build(x):\n    return x\n",
    ],
)
def test_a_length_that_is_unknown_or_unsaid_is_folded(inputs: str) -> None:
    assert folded(inputs)


@pytest.mark.parametrize(
    "inputs",
    [
        "x = keras.Input((5, 3))",
        "x = keras.Input((steps, 3))",
        "x = keras.layers.Input(batch_shape=(None, 5, 3))",
        "x = keras.layers.InputLayer(shape=[5, 3])",
        "x = keras.layers.Masking(input_shape=(5, 3))(x)",
    ],
)
def test_a_length_that_is_said_stays(inputs: str) -> None:
    assert not folded(inputs)


@pytest.mark.parametrize(("version", "needed"), [("3.9.2", False), ("3.13.2", False), ("3.14.0", True)])
def test_releases_that_step_over_the_time_need_nothing(version: str, needed: bool) -> None:
    assert folded("x = keras.Input((None, 3))", version=version) is needed


def test_the_class_is_written_once_and_waits_to_be_asked_for() -> None:
    text = (
        HEAD.format("x = keras.Input((None, 3))")
        + "y = keras.layers.TimeDistributed(keras.layers.Dense(2))(x)\n"
    )
    new = run(text, unsafe=True).text
    assert new.count("class FoldedTimeDistributed") == 1
    assert new.count("= FoldedTimeDistributed(") == 2
    assert run(new, unsafe=True).text == new
    assert run(text).text == text


def test_code_for_keras_3_stays() -> None:
    text = HEAD.format("from keras import ops\nx = keras.Input((None, 3))")
    check_noop(text, codes=(), unsafe=True)
