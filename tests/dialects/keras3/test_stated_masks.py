"""Recurrent layers with states: the mask of their sequence is named, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.stated_masks import mask_beside_states
from migrate.dialects.rule import Era

ERA = Era.of("2.15.0")
STATES = {"initial_state": [TensorRef("h"), TensorRef("c")]}


def decoder(name: str = "LSTM", source: str = "words", mask_zero: bool = True, **kwargs: Any) -> Model:
    layers = (
        Layer("InputLayer", "ids", {"batch_shape": [None, 6], "dtype": "int32"}),
        Layer("InputLayer", "h", {"batch_shape": [None, 3]}),
        Layer("InputLayer", "c", {"batch_shape": [None, 3]}),
        Layer("InputLayer", "x", {"batch_shape": [None, 6, 4]}),
        Layer("Embedding", "words", {"output_dim": 4, "mask_zero": mask_zero}, (Node((TensorRef("ids"),)),)),
        Layer(name, "decoder", {"units": 3}, (Node((TensorRef(source),), kwargs),)),
    )
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("ids"), TensorRef("decoder"))


@pytest.mark.parametrize("given", [STATES, {"constants": [TensorRef("h")]}])
def test_the_mask_of_the_sequence_is_named(given: dict[str, Any]) -> None:
    done = mask_beside_states(decoder(**given), ERA)
    assert done.layer("decoder").nodes == (
        Node((TensorRef("words"),), {**given, "mask": TensorRef("decoder_mask")}),
    )
    assert done.layer("decoder_mask").nodes == (Node((TensorRef("words"),)),)


@pytest.mark.parametrize(
    "model",
    [
        decoder(),
        decoder(mask_zero=False, **STATES),
        decoder(source="x", **STATES),
        decoder(mask=TensorRef("c"), **STATES),
        decoder("OwnDecoder", **STATES),
    ],
)
def test_calls_that_keep_their_mask_stay(model: Model) -> None:
    assert mask_beside_states(model, ERA) is model
