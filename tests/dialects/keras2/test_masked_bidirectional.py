"""Bidirectional layers over masked steps: which eras repeated, and what replaces the wrapper."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras2.masked_bidirectional import masked_bidirectional
from migrate.dialects.masks import mask_makers
from migrate.dialects.rule import Era
from migrate.findings import MigrationError
from tests.dialects.authentic import codes, translated

KERAS = Era.of("2.2.4")


@pytest.mark.parametrize(
    ("case", "fires"),
    [
        ("keras-1.2.2/bidirectional_masked", True),
        ("keras-2.2.4/bidirectional_masked", True),
        ("keras-2.3.1/bidirectional_masked", True),
        ("tf.keras-1.12/masked_both_ways", True),
        ("tf.keras-2.0/bidirectional_masked", True),
        ("tf.keras-2.8/bidirectional_masked", False),
    ],
)
def test_eras_that_repeated(case: str, fires: bool) -> None:
    assert ("SIL011" in codes(translated(case))) is fires


def _model(embedding: bool = True, merge_mode: str | None = "concat", **child: object) -> Model:
    config = {"units": 2, "return_sequences": True, "activation": "tanh", **child}
    forward = Layer("LSTM", "lstm", config)
    backward = Layer("LSTM", "backward_lstm", {**config, "go_backwards": True})
    call = Node((TensorRef("embedding"),))
    return Model(
        "Model",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "ids", {"batch_input_shape": [None, 6]}),
            Layer(
                "Embedding",
                "embedding",
                {"input_dim": 7, "output_dim": 3, "mask_zero": embedding},
                (Node((TensorRef("ids"),)),),
            ),
            Layer(
                "Bidirectional",
                "both",
                {"merge_mode": merge_mode},
                (call,),
                children={"forward_layer": forward, "backward_layer": backward},
            ),
            Layer("Dense", "dense", {"units": 1}, (Node((TensorRef("both"),)),)),
        ),
        TensorRef("ids"),
        TensorRef("dense"),
    )


def test_without_a_mask_the_wrapper_stays() -> None:
    model = _model(embedding=False)
    assert masked_bidirectional(model, KERAS) is model


def test_without_sequences_the_wrapper_stays() -> None:
    model = _model(return_sequences=False)
    assert masked_bidirectional(model, KERAS) is model


def test_the_directions_are_merged_and_masked_again() -> None:
    model = masked_bidirectional(_model(), KERAS)
    assert [layer.class_name for layer in model.layers[2:]] == [
        "LSTM",
        "LSTM",
        "TFOpLambda",
        "Concatenate",
        "TFOpLambda",
        "Functional",
        "Dense",
    ]
    both = model.layer("both")
    assert both.class_name == "Functional"
    assert both.nodes == (Node((TensorRef("both_merged"),), {"mask": TensorRef("both_mask")}),)
    assert model.layer("both_mask").nodes == (Node((TensorRef("ids"),), {"y": 0}),)
    assert model.layer("both_reversed").nodes == (Node((TensorRef("both_backward_lstm"),), {"axis": [1]}),)
    assert model.layer("dense").nodes == (Node((TensorRef("both"),)),)


def test_two_outputs_go_to_their_layers() -> None:
    model = _model(merge_mode=None)
    add = Layer("Add", "add", {}, (Node(([TensorRef("both", 0, 0), TensorRef("both", 0, 1)],)),))
    model = Model(
        "Model", "m", Topology.FUNCTIONAL, (*model.layers[:3], add), TensorRef("ids"), TensorRef("add")
    )
    apart = masked_bidirectional(model, KERAS)
    assert apart.layer("add").nodes == (Node(([TensorRef("both_lstm"), TensorRef("both")],)),)


def test_states_go_to_the_direction_they_belong_to() -> None:
    model = _model(return_state=True)
    states = [TensorRef("both", 0, i) for i in (1, 2, 3, 4)]
    add = Layer("Add", "add", {}, (Node((states,)),))
    model = Model(
        "Model", "m", Topology.FUNCTIONAL, (*model.layers[:3], add), TensorRef("ids"), TensorRef("add")
    )
    apart = masked_bidirectional(model, KERAS)
    assert apart.layer("add").nodes[0].args[0] == [
        TensorRef("both_lstm", 0, 1),
        TensorRef("both_lstm", 0, 2),
        TensorRef("both_backward_lstm", 0, 1),
        TensorRef("both_backward_lstm", 0, 2),
    ]


@pytest.mark.parametrize(
    ("change", "repeated"),
    [
        ({}, True),
        ({"recurrent_activation": "hard_sigmoid"}, False),
        ({"implementation": 1}, False),
        ({"recurrent_dropout": 0.2}, False),
        ({"unroll": True}, False),
        ({"use_bias": False}, False),
    ],
)
def test_in_tf_2_0_only_fused_layers_repeated(change: dict[str, object], repeated: bool) -> None:
    child: dict[str, Any] = {
        "recurrent_activation": "sigmoid",
        "implementation": 2,
        "use_bias": True,
        **change,
    }
    model = _model(**child)
    assert (masked_bidirectional(model, Era.of("2.2.4-tf")) is not model) is repeated
    assert masked_bidirectional(model, Era.of("2.3.0-tf")) is model


def test_a_shared_wrapper_is_refused() -> None:
    model = _model()
    layers = tuple(
        Layer(la.class_name, la.name, la.config, la.nodes * 2, la.weights, la.children)
        if la.name == "both"
        else la
        for la in model.layers
    )
    with pytest.raises(MigrationError) as refused:
        masked_bidirectional(
            Model("Model", "m", Topology.FUNCTIONAL, layers, model.inputs, model.outputs), KERAS
        )
    assert refused.value.code == "SIL012"


def test_a_nested_layer_that_gets_a_mask_from_outside_is_refused() -> None:
    model = _model()
    inner = _model(embedding=False)
    nested = Layer("Model", "both", nodes=(Node((TensorRef("embedding"),)),), model=inner)
    outside = tuple(nested if la.name == "both" else la for la in model.layers)
    outer = Model("Model", "m", Topology.FUNCTIONAL, outside, model.inputs, model.outputs)
    with pytest.raises(MigrationError) as refused:
        masked_bidirectional(outer, KERAS)
    assert refused.value.code == "SIL012"


def test_masks_are_followed_to_their_makers() -> None:
    model = _model()
    assert mask_makers(model, TensorRef("dense")) == frozenset({TensorRef("embedding")})
    assert mask_makers(model, TensorRef("ids")) == frozenset()
    last = _model(return_sequences=False)
    assert mask_makers(last, TensorRef("dense")) == frozenset()
