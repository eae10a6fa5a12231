"""Layers of packages that one model calls several times: one graph serves all calls, or they are refused."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.ecosystem.chains import adapted

SIZES = {"x": [None, 6, 4, 2], "y": [None, 6, 4, 2], "z": [None, 4, 4, 2]}
X, Y, Z = (TensorRef(name) for name in SIZES)
TABLE = {"embeddings": np.ones((4, 2), "float32")}
BAG = Layer("Addons>EmbeddingBag", "it", {"input_dim": 4, "output_dim": 2}, (), TABLE)
PYRAMID = Layer("Addons>SpatialPyramidPooling2D", "it", {"bins": [[1, 1], [2, 2]]})
MAXOUT = Layer("Addons>Maxout", "it", {"num_units": 1, "axis": -1})


def called(layer: Layer, *calls: list[TensorRef]) -> Model:
    entries = [Layer("InputLayer", name, {"batch_input_shape": shape}) for name, shape in SIZES.items()]
    nodes = tuple(Node((refs,)) for refs in calls)
    it = Layer(layer.class_name, layer.name, layer.config, nodes, layer.weights)
    model = Model("Functional", "m", Topology.FUNCTIONAL, (*entries, it), [X, Y, Z], TensorRef("it", 1))
    return adapted(model, Era.of("2.15.0"))


@pytest.mark.parametrize(
    "layer", [BAG, Layer("tfrs>DotInteraction", "it")], ids=lambda layer: layer.class_name
)
def test_calls_of_different_numbers_of_inputs_are_refused(layer: Layer) -> None:
    with pytest.raises(MigrationError, match="different numbers of inputs") as refused:
        called(layer, [X], [X, Y])
    assert refused.value.code == "ECO090"


def test_a_size_that_differs_between_calls_is_not_known() -> None:
    called(PYRAMID, [X], [Y])
    with pytest.raises(MigrationError, match="the size of its input is unknown"):
        called(PYRAMID, [X], [Z])


def test_sizes_that_an_adapter_does_not_use_may_differ() -> None:
    assert all(len(layer.nodes) == 2 for layer in called(MAXOUT, [X], [Z]).layers[len(SIZES) :])
