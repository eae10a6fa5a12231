"""keras-bert and keras-transformer: whose classes, where a mask goes, and what is refused; numbers are of the cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, structure_refs
from migrate.dialects.config_parser import parse_model
from migrate.dialects.ecosystem.keras_bert import transformer
from migrate.dialects.foreign import foreign_of, mark_foreign
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.translate import era_of, translate
from migrate.dialects.upgrade import upgrade
from migrate.dialects.weight_matching import assign_weights
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from migrate.inspection.layered import needed_classes
from tests.dialects.authentic import artifact

HEADS = "keras-2.2.4/keras_bert_heads"
TAGGER = "tf.keras-2.15/keras_bert_tagger"


def marked(case: str) -> tuple[Model, Era]:
    source = artifact(case)
    era, notes = era_of(source), Notes()
    assert source.architecture is not None
    model = upgrade(parse_model(source.architecture, notes), era, (Step.GRAMMAR,), notes)
    return assign_weights(mark_foreign(model, OwnCode()), source.weights, era), era


def changed(model: Model, class_name: str, change: Callable[[Layer], Layer]) -> Model:
    done = [change(la) if la.class_name.rpartition(">")[2] == class_name else la for la in model.layers]
    return replace(model, layers=tuple(done))


def masks_of(model: Model) -> list[str]:
    """What the score of a head's padding is taken from, in the order of the layers."""
    real = [layer for layer in model.layers if layer.name.endswith("_real")]
    return [ref.layer for layer in real for ref in structure_refs(layer.nodes[0].args)]


def test_the_table_of_an_embedding_stays_shared() -> None:
    model, era = marked(HEADS)
    found = transformer(model, era)
    table = TensorRef("Embedding-Token", 1)
    users = [layer.name for layer in found.layers for node in layer.nodes if table in set(node.refs())]
    assert users == ["MLM-Sim_products"]
    assert len(found.layer("Embedding-Token").nodes) == 2


def test_stock_layers_get_the_mask_that_operations_lose() -> None:
    model, era = marked(TAGGER)
    found = transformer(model, era)
    (identity,) = [layer for layer in found.layers if layer.model is not None]
    assert identity.nodes[0].kwargs == {"mask": TensorRef("padding_mask")}
    (node,) = found.layer("bidirectional").nodes
    assert list(node.refs()) == [TensorRef(identity.name)]


def test_without_padding_nothing_is_masked() -> None:
    model, era = marked(HEADS)
    plain = changed(model, "TokenEmbedding", lambda layer: layer.with_config(mask_zero=False))
    assert masks_of(transformer(plain, era)) == []


def test_a_mask_in_both_directions_before_tf_keras_is_refused() -> None:
    model, _ = marked(TAGGER)
    with pytest.raises(MigrationError, match=r"before tf\.keras"):
        transformer(model, Era.of("2.2.4"))


def test_a_mask_that_reaches_somebody_s_class_is_refused() -> None:
    model, era = marked(HEADS)
    after = Layer("Mine", "mine", {}, (Node((TensorRef("Encoder-1-FeedForward-Norm"),)),))
    with pytest.raises(MigrationError, match="mine"):
        transformer(replace(model, layers=(*model.layers, after)), era)


def test_two_masks_that_meet_are_refused() -> None:
    model, era = marked(HEADS)
    other = Layer("Embedding", "other", {"mask_zero": True}, (Node((TensorRef("Input-Segment"),)),))
    refs = [TensorRef("Encoder-1-FeedForward-Norm"), TensorRef("other")]
    both = Layer("Add", "both", {}, (Node((refs,)),))
    with pytest.raises(MigrationError, match="two masks"):
        transformer(replace(model, layers=(*model.layers, other, both)), era)


@pytest.mark.parametrize(
    ("case", "class_name", "settings"),
    [
        (HEADS, "Masked", {"return_masked": True}),
        (HEADS, "MultiHeadAttention", {"history_only": True}),
        (HEADS, "FeedForward", {"activation": "mine"}),
        (HEADS, "PositionEmbedding", {"mode": "expand", "mask_zero": 1}),
        (TAGGER, "TrigPosEmbedding", {"output_dim": 3}),
    ],
)
def test_variants_are_refused(case: str, class_name: str, settings: Mapping[str, Any]) -> None:
    model, era = marked(case)
    odd = changed(model, class_name, lambda layer: layer.with_config(**settings))
    with pytest.raises(MigrationError) as refused:
        transformer(odd, era)
    assert refused.value.code == "ECO090"


def test_gelu_is_asked_about_because_releases_differ() -> None:
    source = artifact(HEADS)
    with pytest.raises(MigrationError, match=r"0\.10 to 0\.82") as doubt:
        translate(source, era_of(source))
    assert doubt.value.code == "CFG006"
    assert "--stock-names gelu" in doubt.value.hint
    done = translate(source, era_of(source), own=OwnCode(stock=frozenset({"gelu"})))
    assert done.modern.layer("MLM-Dense").config["activation"] == "gelu"


def test_the_older_name_of_the_exact_form_needs_no_word() -> None:
    model, era = marked(HEADS)
    older = changed(model, "Dense", lambda la: la.with_config(activation="gelu_tensorflow"))
    assert transformer(older, era).layer("MLM-Dense").config["activation"] == "gelu"
    root = artifact(HEADS).architecture
    assert root is not None
    assert needed_classes(root) == []


def test_classes_of_one_name_are_told_apart_by_their_keys() -> None:
    ours = {"units": 2, "activation": "relu", "use_bias": True, "kernel_initializer": None}
    assert foreign_of(Layer("FeedForward", "f", ours)).package == "bert4keras"  # type: ignore[union-attr]
    wider = {**ours, "bias_initializer": None, "kernel_regularizer": None}
    assert foreign_of(Layer("FeedForward", "f", wider)).package == "keras-bert"  # type: ignore[union-attr]
    keys = ("center", "scale", "epsilon", "gamma_regularizer", "beta_constraint")
    assert foreign_of(Layer("LayerNormalization", "n", {**dict.fromkeys(keys), "axis": [-1]})) is None
