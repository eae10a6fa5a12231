"""Merging layers over different masks: Keras 2 joins masks by *and*, and so does what replaces them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.merged_masks import merged_masks
from migrate.dialects.masks import mask_makers, mask_matters
from migrate.dialects.rule import Era

ERA = Era.of("2.8.0")


def _call(*names: str) -> tuple[Node, ...]:
    refs = [TensorRef(name) for name in names]
    return (Node((refs if len(refs) > 1 else refs[0],)),)


def _model(second: Layer, merge: Layer, *behind: Layer) -> Model:
    layers = (
        Layer("InputLayer", "a", {"batch_input_shape": [None, 6]}),
        Layer("InputLayer", "b", {"batch_input_shape": [None, 6]}),
        Layer("Embedding", "first", {"output_dim": 3, "mask_zero": True}, _call("a")),
        second,
        merge,
        *behind,
    )
    return Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        layers,
        [TensorRef("a"), TensorRef("b")],
        TensorRef(layers[-1].name),
    )


UNMASKED = Layer("Embedding", "second", {"output_dim": 3}, _call("b"))
MASKED = Layer("Embedding", "second", {"output_dim": 3, "mask_zero": True}, _call("b"))
LSTM = Layer("LSTM", "lstm", {"units": 2}, _call("merge"))
NESTED = Model(
    "Sequential",
    "second",
    Topology.SEQUENTIAL,
    (Layer("InputLayer", "b", {"batch_input_shape": [None, 6]}), replace(MASKED, nodes=())),
)
CONCATENATE = Layer("Concatenate", "merge", {"axis": -1}, _call("first", "second"))


def test_an_unmasked_input_does_not_unmask_the_others() -> None:
    model = merged_masks(_model(UNMASKED, CONCATENATE, LSTM), ERA)
    assert model.layer("merge_merged").class_name == "Concatenate"
    assert model.layer("merge").nodes == (
        Node((TensorRef("merge_merged"),), {"mask": TensorRef("merge_mask")}),
    )
    assert model.layer("merge_mask").nodes == (Node((TensorRef("a"),), {"y": 0}),)
    assert model.layer("lstm").nodes == LSTM.nodes
    assert merged_masks(model, ERA) is model


def test_two_masks_are_joined_by_and() -> None:
    model = merged_masks(_model(MASKED, CONCATENATE, LSTM), ERA)
    functions = [layer.config["function"] for layer in model.layers if layer.class_name == "TFOpLambda"]
    assert functions == ["math.not_equal", "math.not_equal", "math.logical_and"]
    assert model.layer("merge").nodes[0].kwargs["mask"] == TensorRef("merge_masks")


@pytest.mark.parametrize(
    ("second", "merge", "behind"),
    [
        pytest.param(
            UNMASKED,
            CONCATENATE,
            (Layer("Flatten", "f", {}, _call("merge")), Layer("Dense", "d", {"units": 1}, _call("f"))),
            id="nobody reads the mask",
        ),
        pytest.param(
            Layer("Dense", "second", {"units": 3}, _call("first")), CONCATENATE, (LSTM,), id="one mask only"
        ),
        pytest.param(
            MASKED,
            Layer("Concatenate", "merge", {"axis": 1}, _call("first", "second")),
            (LSTM,),
            id="joined along time",
        ),
        pytest.param(
            UNMASKED,
            Layer("Multiply", "merge", {}, (*_call("first", "second"), *_call("second", "first"))),
            (LSTM,),
            id="called twice",
        ),
        pytest.param(
            UNMASKED,
            Layer("Multiply", "merge", {}, (Node(([TensorRef("first")],)),)),
            (LSTM,),
            id="one input",
        ),
        pytest.param(
            Layer("Sequential", "second", {}, _call("b"), model=NESTED),
            CONCATENATE,
            (LSTM,),
            id="unknown mask",
        ),
        pytest.param(
            Layer("Reshape", "second", {"target_shape": [6, 3, 1]}, _call("first")),
            Layer("Multiply", "merge", {}, _call("second", "wide")),
            (
                Layer("Embedding", "wide", {"output_dim": 1, "mask_zero": True}, _call("letters")),
                Layer("InputLayer", "letters", {"batch_input_shape": [None, 6, 3]}),
                LSTM,
            ),
            id="no sequences",
        ),
    ],
)
def test_what_keras_3_does_alike_stays(second: Layer, merge: Layer, behind: tuple[Layer, ...]) -> None:
    model = _model(second, merge, *behind)
    assert merged_masks(model, ERA) is model


def test_beside_an_input_whose_mask_is_unknown_nothing_is_named() -> None:
    inner = Layer("Sequential", "inner", {}, _call("b"), model=NESTED)
    merge = Layer("Concatenate", "merge", {"axis": -1}, _call("first", "second", "inner"))
    model = _model(MASKED, inner, merge, LSTM)
    assert merged_masks(model, ERA) is model


def test_a_mask_that_reaches_an_output_matters_to_the_loss() -> None:
    model = _model(UNMASKED, CONCATENATE, Layer("Dense", "d", {"units": 1}, _call("merge")))
    assert mask_matters(model, "merge")


@pytest.mark.parametrize("name", ["Multiply", "Maximum", "Minimum"])
def test_layers_that_skip_masked_numbers_become_operations(name: str) -> None:
    merge = Layer(name, "merge", {}, _call("first", "second"))
    model = merged_masks(_model(UNMASKED, merge, LSTM), ERA)
    operation = model.layer("merge_merged")
    assert operation.config["function"] == f"math.{name.lower()}"
    assert operation.nodes == (Node((TensorRef("first"),), {"y": TensorRef("second")}),)
    assert model.layer("merge").nodes[0].kwargs == {"mask": TensorRef("merge_mask")}


def test_also_where_nobody_reads_the_mask_and_one_after_the_other() -> None:
    merge = Layer("Multiply", "merge", {}, _call("first", "second", "second"))
    behind = (Layer("Flatten", "f", {}, _call("merge")), Layer("Dense", "d", {"units": 1}, _call("f")))
    model = merged_masks(_model(MASKED, merge, *behind), ERA)
    assert [layer.class_name for layer in model.layers[4:6]] == ["TFOpLambda", "TFOpLambda"]
    last = model.layer("merge")
    assert last.nodes == (Node((TensorRef(model.layers[4].name),), {"y": TensorRef("second")}),)


def test_without_masks_they_stay() -> None:
    plain = Layer("Embedding", "plain", {"output_dim": 3}, _call("a"))
    merge = Layer("Multiply", "merge", {}, _call("plain", "second"))
    model = _model(UNMASKED, plain, merge, LSTM)
    assert merged_masks(model, ERA) is model


def test_the_mask_of_the_parts_of_steps_masks_a_step_without_any() -> None:
    letters = Layer("InputLayer", "b", {"batch_input_shape": [None, 6, 5]})
    embedding = Layer("Embedding", "e", {"output_dim": 3, "mask_zero": True})
    embedded = Layer("TimeDistributed", "embedded", {}, _call("b"), children={"layer": embedding})
    last = Layer("LSTM", "last", {"units": 2, "return_sequences": False})
    words = Layer("TimeDistributed", "words", {}, _call("embedded"), children={"layer": last})
    plain = Layer("Embedding", "plain", {"output_dim": 3}, _call("a"))
    merge = Layer("Concatenate", "merge", {"axis": -1}, _call("plain", "words"))
    model = _model(UNMASKED, merge, LSTM)
    added = tuple(layer for layer in model.layers[3:] if layer.name != "second")
    layers = (model.layers[0], letters, plain, embedded, words, *added)
    model = merged_masks(
        Model("Functional", "m", Topology.FUNCTIONAL, layers, model.inputs, model.outputs), ERA
    )
    assert model.layer("merge").nodes[0].kwargs == {"mask": TensorRef("merge_steps")}
    assert model.layer("merge_steps").nodes == (Node((TensorRef("merge_mask"),), {"axis": [2]}),)


def test_what_was_given_its_mask_again_is_merged_with_its_own_words() -> None:
    """Both masks are the words', and Keras 3 knows only one of them while the model is built."""
    twice = Layer("Concatenate", "twice", {"axis": -1}, _call("first", "merge"))
    model = merged_masks(_model(UNMASKED, CONCATENATE, twice, replace(LSTM, nodes=_call("twice"))), ERA)
    assert model.layer("twice_merged").nodes == twice.nodes
    assert model.layer("twice").nodes[0].kwargs["mask"] == TensorRef("twice_mask")


def test_what_has_the_mask_of_the_words_alone_is_left() -> None:
    normalised = Layer("BatchNormalization", "second", {}, _call("first"))
    model = _model(normalised, CONCATENATE, LSTM)
    assert merged_masks(model, ERA) is model


def test_an_input_of_unknown_shape_has_the_rank_of_the_others() -> None:
    """What attention gives, whose shape is in no configuration: Minimum would leave numbers of masked steps out."""
    heads = Layer("MultiHeadAttention", "heads", {"num_heads": 1}, _call("b"))
    size = Layer("TFOpLambda", "second", {"function": "math.abs"}, _call("heads"))
    model = merged_masks(
        _model(heads, Layer("Minimum", "merge", {}, _call("first", "second")), size, LSTM), ERA
    )
    assert model.layer("merge_merged").config["function"] == "math.minimum"


@pytest.mark.parametrize(
    "name", ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"]
)
def test_every_merging_layer_hands_masks_on(name: str) -> None:
    model = _model(UNMASKED, Layer(name, "merge", {}, _call("first", "second")))
    assert mask_makers(model, TensorRef("merge")) == {TensorRef("first")}
