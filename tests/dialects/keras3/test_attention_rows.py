"""Queries that are masked wholly: a layer of our own where Keras 3 gives zeros, a word about large scores elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects import registry  # noqa: F401 - registers every rule
from migrate.dialects.keras3.attention_rows import attention_of_masked_queries
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade


def attention(mask_zero: bool, dropout: float, query: str = "words", **kwargs: Any) -> Model:
    layers = (
        Layer("InputLayer", "features", {"batch_shape": [None, 6, 4]}),
        Layer("InputLayer", "ids", {"batch_shape": [None, 6], "dtype": "int32"}),
        Layer(
            "Embedding",
            "words",
            {"input_dim": 9, "output_dim": 4, "mask_zero": mask_zero},
            (Node((TensorRef("ids"),)),),
        ),
        Layer(
            "MultiHeadAttention",
            "attention",
            {"num_heads": 2, "key_dim": 3, "dropout": dropout},
            (Node((TensorRef(query), TensorRef("words")), kwargs),),
        ),
    )
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("ids"), TensorRef("attention"))


@pytest.mark.parametrize(
    ("mask_zero", "dropout", "release", "said", "own"),
    [
        (True, 0.0, "2.15.0", True, False),
        (True, 0.1, "2.15.0", False, True),
        (False, 0.0, "2.15.0", False, False),
        (True, 0.0, "2.8.0", False, False),
    ],
)
def test_what_is_said_and_what_is_written(
    mask_zero: bool, dropout: float, release: str, said: bool, own: bool
) -> None:
    notes = Notes()
    made = upgrade(attention(mask_zero, dropout), Era.of(release), (Step.KERAS_3,), notes)
    assert [finding.place for finding in notes.findings if finding.code == "PAR012"] == ["attention"] * said
    assert (made.layer("attention").class_name == "MultiHeadAttentionKeras2") is own


ERA = Era.of("2.15.0")


def with_attention(model: Model, **changes: Any) -> Model:
    """The model with another attention layer."""
    return replace(model, layers=(*model.layers[:-1], replace(model.layers[-1], **changes)))


TALL = {"num_heads": 2, "key_dim": 3, "attention_axes": [1, 2]}


@pytest.mark.parametrize(
    "model",
    [
        attention(True, 0.0, return_attention_scores=True),
        with_attention(attention(True, 0.0), config=TALL),
    ],
)
def test_scores_and_several_axes_go_the_way_that_gives_zeros(model: Model) -> None:
    made = attention_of_masked_queries(model, ERA, Notes())
    assert made.layer("attention").registered_name == "keras_migrate>MultiHeadAttentionKeras2"


@pytest.mark.parametrize(
    "model",
    [
        attention(True, 0.1, query="features"),
        with_attention(attention(True, 0.1), registered_name="Own>MultiHeadAttention"),
        with_attention(attention(True, 0.1), class_name="OwnAttention"),
    ],
)
def test_other_queries_and_classes_stay(model: Model) -> None:
    notes = Notes()
    assert attention_of_masked_queries(model, ERA, notes) is model
    assert not notes.findings


def test_one_axis_in_a_list_is_one_axis() -> None:
    notes = Notes()
    model = with_attention(attention(True, 0.0), config={**TALL, "attention_axes": [1]})
    assert attention_of_masked_queries(model, ERA, notes) is model
    assert len(notes.findings) == 1
    attention_of_masked_queries(model, ERA, notes)
    assert len(notes.findings) == 1


@pytest.mark.parametrize("mask_zero", [True, False])
def test_an_encoder_that_is_called_with_a_mask(mask_zero: bool) -> None:
    entry = Layer("InputLayer", "x", {"batch_shape": [None, 6, 4]})
    inner = Layer("MultiHeadAttention", "a", {"dropout": 0.1}, (Node((TensorRef("x"), TensorRef("x"))),))
    encoder = Model(
        "Functional", "encoder", Topology.FUNCTIONAL, (entry, inner), TensorRef("x"), TensorRef("a")
    )
    called = Layer("Functional", "encoder", nodes=(Node((TensorRef("words"),)),), model=encoder)
    outer = attention(mask_zero, 0.0)
    model = replace(outer, layers=(*outer.layers[:-1], called), outputs=TensorRef("encoder"))
    made = attention_of_masked_queries(model, ERA, Notes())
    assert (made is model) is not mask_zero
    held = made.layer("encoder").model
    assert held is not None
    assert (held.layer("a").registered_name is not None) is mask_zero
