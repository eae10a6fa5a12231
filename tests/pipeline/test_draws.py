"""Outputs that are drawn at random are told from others, and compared as distributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology
from migrate.findings import MigrationError
from migrate.pipeline.draws import drawn_outputs, must_draw_alike, must_repeat, without

DRAWN = frozenset({"0"})


def layer(class_name: str, name: str, *sources: str) -> Layer:
    return Layer(class_name, name, nodes=(Node((tuple(map(TensorRef, sources)),)),) if sources else ())


def test_outputs_behind_noise_are_drawn() -> None:
    layers = (
        layer("InputLayer", "x"),
        layer("NormalNoise", "e", "x"),
        layer("Op", "z", "x", "e"),
        layer("Dense", "d", "x"),
    )
    outputs = [TensorRef("d"), TensorRef("z")]
    model = Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("x"), outputs)
    assert drawn_outputs(model) == {"1"}
    assert set(without({"0/0": np.zeros(1), "0/1": np.zeros(1)}, drawn_outputs(model))) == {"0/0"}


def noise(mean: float, deviation: float, seed: int) -> Callable[[], dict[str, Array]]:
    rng = np.random.default_rng(seed)
    return lambda: {"0/0": rng.normal(mean, deviation, size=(3, 4)), "0/1": np.zeros(1)}


@pytest.mark.parametrize("seed", range(5))
def test_the_same_distribution_agrees(seed: int) -> None:
    must_draw_alike(noise(1.0, 0.5, seed), noise(1.0, 0.5, seed + 100), DRAWN)


def decoded(deviation: float, seed: int) -> Callable[[], dict[str, Array]]:
    """A thousand outputs that two drawn numbers make, as a decoder does."""
    rng, matrix = np.random.default_rng(seed), np.random.default_rng(0).normal(size=(2, 1000))
    return lambda: {"0/0": 1.0 / (1.0 + np.exp(-rng.normal(0.0, deviation, size=(3, 2)) @ matrix))}


@pytest.mark.parametrize("seed", range(5))
def test_outputs_that_share_their_draws_are_no_draws_of_their_own(seed: int) -> None:
    must_draw_alike(decoded(1.0, seed), decoded(1.0, seed + 100), DRAWN)
    with pytest.raises(MigrationError):
        must_draw_alike(decoded(1.0, seed), decoded(3.0, seed + 100), DRAWN)


@pytest.mark.parametrize(("mean", "deviation"), [(2.0, 0.5), (1.0, 1.0), (1.0, 0.0)])
def test_another_distribution_is_told(mean: float, deviation: float) -> None:
    with pytest.raises(MigrationError) as refused:
        must_draw_alike(noise(1.0, 0.5, 0), noise(mean, deviation, 1), DRAWN)
    assert refused.value.code == "PAR001"


def test_what_no_fixed_number_repeats_is_named_as_drawn_elsewhere() -> None:
    with pytest.raises(MigrationError) as refused:
        must_repeat(noise(0.0, 1.0, 0), ["z", "mean"], ["noise.py:12"])
    assert refused.value.code == "CFG132"
    assert "output 'z'" in refused.value.message
    assert "'mean'" not in refused.value.message
    assert "noise.py:12" in refused.value.message


def test_what_repeats_is_drawn_by_tensorflow() -> None:
    must_repeat(lambda: {"0/0": np.ones(3)}, ["z"], [])
