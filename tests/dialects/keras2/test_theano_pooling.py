"""Pooling windows of Theano: the same numbers as its definition, from layers without a border."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Topology
from migrate.dialects.keras2.theano_pooling import agrees, theano_pooling
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

THEANO = Era.of("2.2.4", "theano")


def _by_definition(x: Array, size: int, stride: int, kind: str) -> Array:
    """Windows from -border on; elements outside do not count."""
    border = size - 2 if size > 2 and size % 2 else size - 1
    results: list[float] = []
    for start in range(-border, x.size, stride):
        if len(results) == -(-x.size // stride):
            break
        window = x[max(start, 0) : start + size]
        results.append(window.max() if kind == "Max" else window.mean())
    return np.array(results)


def _run(model: Model, x: Array) -> Array:
    """The written-out graph on one row of one channel."""
    values: dict[str, Array] = {"x": x}
    for layer in model.layers[1:]:
        node = layer.nodes[0]
        (first, *_) = [values[ref.layer] for ref in node.refs()]
        if layer.config.get("function") == "pad":
            values[layer.name] = np.pad(
                first, tuple(node.kwargs["paddings"][1]), constant_values=node.kwargs["constant_values"]
            )
        elif layer.config.get("function") == "ones_like":
            values[layer.name] = np.ones_like(first)
        elif layer.config.get("function") == "math.truediv":
            values[layer.name] = first / values[node.kwargs["y"].layer]
        else:
            assert layer.config["padding"] == "valid"
            size, stride = layer.config["pool_size"][0], layer.config["strides"][0]
            starts = range(0, first.size - size + 1, stride)
            windows = [first[s : s + size] for s in starts]
            values[layer.name] = np.array(
                [w.max() if "Max" in layer.class_name else w.mean() for w in windows]
            )
    return values["p"]


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (2, 1), (3, 2), (4, 2), (5, 1)])
@pytest.mark.parametrize("length", [6, 7])
def test_windows_stand_where_theano_placed_them(kind: str, size: int, stride: int, length: int) -> None:
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, length, 1]})
    config = {"pool_size": [size], "strides": [stride], "padding": "same"}
    pool = Layer(f"{kind}Pooling1D", "p", config)
    model = theano_pooling(Model("Sequential", "m", Topology.SEQUENTIAL, (entry, pool)), THEANO)
    x = np.random.default_rng(size * stride).normal(size=length)
    np.testing.assert_allclose(_run(model, x), _by_definition(x, size, stride, kind))


def test_windows_that_agree_stay() -> None:
    assert agrees(Layer("MaxPooling2D", "p", {"pool_size": [3, 1], "strides": [1, 1], "padding": "same"}))
    assert agrees(Layer("MaxPooling2D", "p", {"pool_size": [2, 2], "padding": "valid"}))
    assert not agrees(Layer("MaxPooling2D", "p", {"pool_size": [2, 2], "strides": None, "padding": "same"}))


def test_without_a_size_nothing_is_guessed() -> None:
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, None, 1]})
    pool = Layer("MaxPooling1D", "p", {"pool_size": [2], "padding": "same"})
    model = Model("Sequential", "m", Topology.SEQUENTIAL, (entry, pool))
    with pytest.raises(MigrationError) as refused:
        theano_pooling(model, THEANO)
    assert refused.value.code == "SIL031"
    assert theano_pooling(model, Era.of("2.2.4")) is model
