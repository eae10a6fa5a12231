"""Layers of HGQ: what decides how a number is rounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer
from migrate.dialects.ecosystem.hgq import layer_of_own_bits, passive
from migrate.dialects.rule import Era
from migrate.findings import MigrationError

SETTINGS = {"rnd_strategy": "standard_round", "bw_clip": [-23, 23]}


def dense(bits: Any = ((1.0, 2.0),), *, bias: bool = True, **settings: Any) -> Layer:
    arrays = {
        "kernel": np.array([[0.3, -0.3]], "float32"),
        "kernel_bw": np.array([[1.0, 1.6]], "float32"),
        "activation_bw": np.array(bits, "float32"),
        **({"bias": np.array([0.3, 0.3], "float32")} if bias else {}),
    }
    config = {"units": 2, "use_bias": bias, "kq_conf": SETTINGS, "paq_conf": {**SETTINGS, **settings}}
    return Layer("HGQ>HDense", "h", config, (), arrays)


def parts(layer: Layer) -> dict[str, Layer]:
    return {part.name: part for part in layer_of_own_bits(layer, lambda position: (None, 1)).parts}


def test_each_weight_is_rounded_to_its_bits() -> None:
    made = parts(dense())["h_layer"]
    np.testing.assert_array_equal(made.weights["kernel"], np.array([[0.5, -0.25]], "float32"))
    np.testing.assert_array_equal(made.weights["bias"], np.array([0.5, 0.25], "float32"))


def test_the_range_of_bits_is_clipped() -> None:
    made = parts(dense(bw_clip=[0, 1]))["h_scaled"]
    assert made.config["scale"] == [2.0, 2.0]


@pytest.mark.parametrize(
    ("strategy", "bits", "bias", "offset"),
    [
        ("standard_round", ((1.0, 2.0),), True, 0.5),
        ("stochastic_round", ((1.0, 2.0),), True, 0.5),
        ("floor", ((1.0, 2.0),), True, 0.0),
        (3, ((1.0, 2.0),), True, 0.0),
        ("auto", ((1.0, 2.0),), True, 0.5),
        ("auto", ((1.0, 2.0),), False, 0.0),
        ("auto", (((1.0, 2.0), (1.0, 2.0)),), True, 0.0),
        ("auto", ((1.0,),), True, 0.5),
    ],
)
def test_outputs_are_rounded_to_the_nearest_or_down(
    strategy: Any, bits: Any, bias: bool, offset: float
) -> None:
    found = parts(dense(bits, bias=bias, rnd_strategy=strategy))
    assert found["h_scaled"].config["offset"] == offset


def test_channels_in_front_are_refused() -> None:
    with pytest.raises(MigrationError, match="front"):
        parts(dense().with_config(data_format="channels_first"))
    with pytest.raises(MigrationError, match="weights"):
        parts(Layer("HGQ>HQuantize", "q", {"kq_conf": SETTINGS, "paq_conf": SETTINGS}))


def test_a_layer_that_does_not_round_is_that_of_keras() -> None:
    assert passive(Layer("HGQ>PFlatten", "f", {}), Era.of("2.15.0")).class_name == "Flatten"
