"""BERT of bert4keras: where its mask goes, and what is refused. What it computes is held by its authentic case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, structure_refs
from migrate.dialects.config_parser import parse_model
from migrate.dialects.ecosystem.bert4keras import transformer
from migrate.dialects.foreign import mark_foreign
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.translate import era_of
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from tests.dialects.authentic import artifact, as_written

CASE = "keras-2.2.4/bert4keras_bert"


def marked() -> tuple[Model, Era]:
    source = artifact(CASE)
    era, notes = era_of(source), Notes()
    assert source.architecture is not None
    model = upgrade(parse_model(source.architecture, notes), era, (Step.GRAMMAR,), notes)
    return assign_weights(mark_foreign(model, OwnCode()), source.weights, era), era


def changed(model: Model, class_name: str, change: Callable[[Layer], Layer]) -> Model:
    done = [change(la) if la.class_name.rpartition(">")[2] == class_name else la for la in model.layers]
    return replace(model, layers=tuple(done))


def test_scores_of_padding_are_masked_in_every_attention() -> None:
    model, era = marked()
    attention = next(la for la in model.layers if la.class_name == "bert4keras>MultiHeadAttention")
    model = replace(model, layers=(*model.layers, replace(attention, name="another")))
    found = transformer(model, era)
    masks = {ref.layer for layer in found.layers for node in layer.nodes for ref in structure_refs(node.args)}
    assert "Embedding-Token_mask" in masks
    attentions = [layer for layer in model.layers if layer.class_name == "bert4keras>MultiHeadAttention"]
    assert sum(layer.name.endswith("_masked") for layer in found.layers) == len(attentions) == 2
    assert not any(layer.config.get("mask_zero") for layer in found.layers)


def test_without_padding_nothing_is_masked() -> None:
    model, era = marked()
    plain = changed(model, "Embedding", lambda layer: layer.with_config(mask_zero=False))
    assert not any("mask" in layer.name for layer in transformer(plain, era).layers)


@pytest.mark.parametrize(
    ("class_name", "settings"),
    [
        ("PositionEmbedding", {"merge_mode": "mul"}),
        ("PositionEmbedding", {"hierarchical": True}),
        ("PositionEmbedding", {"custom_position_ids": True}),
        ("MultiHeadAttention", {"return_attention_scores": True}),
        ("FeedForward", {"activation": ["gelu_erf", "linear"]}),
        ("FeedForward", {"activation": ["mine"]}),
        ("LayerNormalization", {"conditional": True}),
        ("LayerNormalization", {"scale": False}),
    ],
)
def test_variants_are_refused(class_name: str, settings: Mapping[str, Any]) -> None:
    model, era = marked()
    odd = changed(model, class_name, lambda layer: layer.with_config(**settings))
    with pytest.raises(MigrationError) as refused:
        transformer(odd, era)
    assert refused.value.code == "ECO090"


def test_a_bias_of_the_scores_is_refused() -> None:
    model, era = marked()

    def biased(layer: Layer) -> Layer:
        (node,) = layer.nodes
        return replace(layer, nodes=(Node(node.args, {"a_bias": True}),))

    with pytest.raises(MigrationError, match="bias"):
        transformer(changed(model, "MultiHeadAttention", biased), era)


def test_a_mask_that_reaches_another_layer_is_refused() -> None:
    model, era = marked()
    last = next(layer for layer in model.layers if layer.name == "Transformer-0-FeedForward-Norm")
    after = Layer("LSTM", "lstm", {"units": 3}, (Node((TensorRef(last.name),)),))
    with pytest.raises(MigrationError, match="lstm"):
        transformer(replace(model, layers=(*model.layers, after)), era)


def test_a_nested_one_is_refused() -> None:
    model, _ = as_written(CASE)
    outer = replace(model, layers=(*model.layers, Layer("Model", "inner", model=model)))
    with pytest.raises(MigrationError, match="nested"):
        mark_foreign(outer, OwnCode())
