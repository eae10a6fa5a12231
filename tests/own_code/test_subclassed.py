"""Classes derived from Model: the shapes of their inputs are what the sources tell, or open where the rank is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.own_code.builders import Builder, builder_source, builders
from migrate.own_code.files import SourceIndex

HEAD = "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras.layers import *\n\n\n"
NET = """class Net(keras.Model):
    def __init__(self, units=4):
        super().__init__()
        self.first = {first}
        self.last = Dense(units)

    def call(self, x):
        return self.last(self.first(x))


net = Net()
"""


def found(folder: Path, first: str, use: str = "") -> list[Builder]:
    (folder / "net.py").write_text(HEAD + NET.format(first=first) + use)
    return [b for group in builders(SourceIndex([folder]), folder / "w.h5")[:1] for b in group]


@pytest.mark.parametrize(
    ("first", "use", "inputs"),
    [
        ("Conv2D(2, 3)", "net.build((None, 28, 28, 1))", "(28, 28, 1)"),
        ("Conv2D(2, 3)", "side = 28\nnet(tf.zeros([1, side, side, 3]))", "(28, 28, 3)"),
        ("Conv2D(2, 3)", "x = x.reshape(-1, 32, 32, 1)", "(32, 32, 1)"),
        ("Conv2D(2, 3)", "x = tf.reshape(x, [-1, 32, 32, 1])", "(32, 32, 1)"),
        ("Dense(2)", "net(keras.Input(shape=(7,)))", "(7)"),
        ("LSTM(2)", "net.build(input_shape=(None, 5, 3))", "(5, 3)"),
    ],
)
def test_what_the_sources_tell_goes_first(first: str, use: str, inputs: str, tmp_path: Path) -> None:
    builder = found(tmp_path, first, use)[0]
    assert str(builder).endswith(f"net.py:Net() of inputs {inputs}")
    assert builder.open == ()
    text = builder_source(builder)
    assert "class Net(keras.Model):" in text
    compile(text, "builder.py", "exec")


@pytest.mark.parametrize(
    ("first", "inputs"),
    [
        ("LSTM(2)", "(None, ?)"),
        ("Conv1D(2, 3)", "(None, ?)"),
        ("Embedding(20, 3)", "(None)"),
    ],
)
def test_the_last_axis_is_open_otherwise(first: str, inputs: str, tmp_path: Path) -> None:
    (builder,) = found(tmp_path, first)
    assert str(builder).endswith(f"net.py:Net() of inputs {inputs}")
    assert builder.open == (("features",) if "?" in inputs else ())
    assert builder_source(builder).rstrip().endswith("sizes[0],)]") is ("?" in inputs)


def test_shapes_of_another_rank_are_no_inputs_of_it(tmp_path: Path) -> None:
    told = [
        str(b).rpartition(" of inputs ")[2] for b in found(tmp_path, "Conv2D(2, 3)", "y = tf.zeros((1, 10))")
    ]
    assert told == ["(None, None, ?)"]


def test_nothing_is_said_of_the_rank_of_features(tmp_path: Path) -> None:
    """``Dense`` takes those of sequences as well."""
    assert found(tmp_path, "Dense(2)") == []


def test_a_class_of_another_base_or_without_a_call_is_none(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(HEAD + NET.format(first="Dense(2)").replace("def call", "def other"))
    assert not any(b.inputs for b in builders(SourceIndex([tmp_path]), tmp_path / "w.h5")[0])
