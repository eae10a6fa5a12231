"""Stateful layers that one model calls several times: refused where graphs of TensorFlow 1 ran them."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.shared_stateful import shared_stateful
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import translated

TF1 = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}


def model(calls: int, *, stateful: bool = True, initializer: object = None) -> Model:
    config = {"units": 3, "stateful": stateful, "kernel_initializer": initializer}
    nodes = tuple(Node((TensorRef("steps"),)) for _ in range(calls))
    layers = (Layer("InputLayer", "steps", {}), Layer("GRU", "gru", config, nodes))
    return Model("Model", "m", Topology.FUNCTIONAL, layers, TensorRef("steps"), TensorRef("gru", calls - 1))


def test_an_authentic_file_is_refused_by_name() -> None:
    with pytest.raises(MigrationError, match="'gru' is called 2 times") as caught:
        translated("tf.keras-1.15/stateful_shared")
    assert caught.value.code == "SIL062"


@pytest.mark.parametrize(
    ("calls", "stateful", "era", "initializer"),
    [
        (1, True, "2.2.4", None),
        (2, False, "2.2.4", None),
        (2, True, "2.2.4-tf", None),
        (2, True, "2.4.0-tf", TF1),
    ],
)
def test_what_begins_as_before_stays(calls: int, stateful: bool, era: str, initializer: object) -> None:
    given = model(calls, stateful=stateful, initializer=initializer)
    assert shared_stateful(given, Era.of(era)) is given


@pytest.mark.parametrize(("era", "initializer"), [("2.2.4", None), ("2.3.1", None), ("2.2.4-tf", TF1)])
def test_graphs_are_refused(era: str, initializer: object) -> None:
    with pytest.raises(MigrationError):
        shared_stateful(model(2, initializer=initializer), Era.of(era))
