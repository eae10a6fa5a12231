"""Queries that are masked wholly: a layer of our own where Keras 3 gives zeros, a word about large scores elsewhere."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects import registry  # noqa: F401 - registers every rule
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade


def attention(mask_zero: bool, dropout: float) -> Model:
    layers = (
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
            (Node((TensorRef("words"), TensorRef("words"))),),
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
