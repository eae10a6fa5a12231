"""Layers that hand on a mask, or end one, and become layers that do not."""

from __future__ import annotations

import numpy as np
import pytest

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.graphs import to_functional
from migrate.dialects.masks import mask_makers
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.ecosystem.chains import adapted, chain

ERA = Era.of("2.2.4")
EMBEDDING = Layer("Embedding", "e", {"input_dim": 5, "output_dim": 4, "mask_zero": True})
LAST = Layer("LSTM", "l", {"units": 4})
GROUPS = {"groups": 2, "axis": -1, "epsilon": 1e-5, "scale": False, "center": False}
KERNEL = {"kernel": np.ones((4, 4), "float32")}
MISH = Layer("Dense", "d", {"units": 4, "activation": "Addons>mish"})
BITS = {"units": 4, "activation": "quantized_relu(4,0)", "use_bias": False}


@pytest.mark.parametrize(
    "layer",
    [
        Layer("Addons>GELU", "a", {}),
        Layer("Addons>PolynomialCrossing", "a", {"use_bias": False}, (), KERNEL),
        Layer("Addons>StochasticDepth", "a", {}),
        Layer("keras_contrib>GroupNormalization", "a", GROUPS),
        Layer("keras_contrib>InstanceNormalization", "a", GROUPS),
        Layer("keras_contrib>SineReLU", "a", {"epsilon": 0.1}),
        Layer("qkeras>QDense", "a", BITS, (), KERNEL),
        MISH,
    ],
    ids=lambda layer: layer.class_name,
)
def test_a_mask_is_neither_lost_nor_handed_on(layer: Layer) -> None:
    with pytest.raises(MigrationError, match="a mask reaches it") as caught:
        adapted(chain(EMBEDDING, layer, LAST), ERA)
    assert caught.value.code == "ECO090"


@pytest.mark.parametrize(
    "between",
    [
        Layer("UnitNormalization", "u", {"axis": -1}),
        Layer("Addons>GroupNormalization", "u", GROUPS),
        Layer("Addons>WeightNormalization", "u", {}, children={"layer": Layer("Dense", "w", {"units": 4})}),
    ],
    ids=lambda layer: layer.class_name,
)
def test_a_mask_is_seen_through_what_hands_it_on(between: Layer) -> None:
    with pytest.raises(MigrationError, match="a mask reaches it"):
        adapted(chain(EMBEDDING, between, Layer("Addons>GELU", "a", {}), LAST), ERA)


def test_without_a_mask_an_activation_is_expressed() -> None:
    adapted(chain(EMBEDDING.with_config(mask_zero=False), MISH), ERA)
    adapted(chain(EMBEDDING, LAST, MISH), ERA)


def test_a_dense_layer_of_few_bits_keeps_a_mask_with_an_activation_of_keras() -> None:
    plain = Layer("qkeras>QDense", "a", {**BITS, "activation": "relu"}, (), KERNEL)
    adapted(chain(EMBEDDING, plain, LAST), ERA)


def test_a_cross_hands_a_mask_on_as_its_parts_do() -> None:
    cross = Layer("tfrs>Cross", "a", {"use_bias": False}, (), {"_dense/kernel": KERNEL["kernel"]})
    model = adapted(chain(EMBEDDING, cross, LAST), ERA)
    assert mask_makers(model, TensorRef("a")) == {TensorRef("e")}


def test_a_mask_reaches_into_a_nested_model() -> None:
    model = chain(EMBEDDING, Layer("Model", "n", model=chain(MISH)), LAST)
    for either in (model, to_functional(model)):
        with pytest.raises(MigrationError, match="a mask reaches it"):
            adapted(either, ERA)


def test_a_mask_made_under_time_distributed_is_seen() -> None:
    words = chain(EMBEDDING, MISH, LAST)
    sentences = Layer("TimeDistributed", "t", children={"layer": Layer("Sequential", "n", model=words)})
    with pytest.raises(MigrationError, match="a mask reaches it"):
        adapted(chain(sentences), ERA)
