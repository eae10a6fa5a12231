"""keras-self-attention: what becomes operations, and what its releases do in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.ecosystem.self_attention import self_attention
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import classes, translated

ERA = Era.of("2.2.4")


def attention_model(maker: Mapping[str, Any], **config: Any) -> Model:
    settings = {"units": 2, "attention_type": "additive", "attention_width": None, **config}
    weights = {f"a_Add_{role}": np.ones((2, 2), "float32") for role in ("Wt", "Wx", "bh", "Wa", "ba")}
    return Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "ids", {"batch_input_shape": [None, 4]}),
            Layer("Embedding", "words", maker, (Node((TensorRef("ids"),)),)),
            Layer(
                "keras_self_attention>SeqSelfAttention",
                "a",
                settings,
                (Node((TensorRef("words"),)),),
                weights,
            ),
        ),
        TensorRef("ids"),
        TensorRef("a"),
    )


def test_attention_without_a_mask_is_written_out() -> None:
    assert "Softmax" in classes(self_attention(attention_model({"mask_zero": False}), ERA))


@pytest.mark.parametrize(
    ("maker", "config", "word"),
    [
        ({"mask_zero": True}, {}, "mask"),
        ({"mask_zero": False}, {"attention_width": 3}, "attention_width"),
    ],
)
def test_what_releases_do_in_several_ways_is_refused(
    maker: Mapping[str, Any], config: Mapping[str, Any], word: str
) -> None:
    with pytest.raises(MigrationError, match=word):
        self_attention(attention_model(maker, **config), ERA)


def test_the_weights_of_an_attention_stay_an_output() -> None:
    model = translated("keras-2.2.4/self_attention").modern
    assert "seq_self_attention_4_shares" in [ref.layer for ref in structure_refs(model.outputs)]
