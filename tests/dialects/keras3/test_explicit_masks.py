"""Masks behind recurrent layers: which models are written as graphs, and which calls name their masks."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.keras3.explicit_masks import mask_through_recurrent
from migrate.dialects.rule import Era

ERA = Era.of("2.15.0")
IDS = Layer("InputLayer", "ids", {"batch_shape": [None, 6], "dtype": "int32"})
WORDS = Layer("Embedding", "words", {"input_dim": 9, "output_dim": 4, "mask_zero": True})
PLAIN = Layer("Embedding", "words", {"input_dim": 9, "output_dim": 4, "mask_zero": False})
FIRST = Layer("LSTM", "first", {"units": 3, "return_sequences": True})
LAST = Layer("LSTM", "last", {"units": 3})
DENSE = Layer("Dense", "dense", {"units": 3})
INNER = Layer("Sequential", "inner", model=Model("Sequential", "inner", Topology.SEQUENTIAL, (IDS, WORDS)))


def row(*layers: Layer) -> Model:
    return Model("Sequential", "m", Topology.SEQUENTIAL, layers)


def graph(*layers: Layer) -> Model:
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("ids"), TensorRef(layers[-1].name))


def call(layer: Layer, *names: str, **kwargs: object) -> Layer:
    refs = [TensorRef(name) for name in names]
    return Layer(
        layer.class_name, layer.name, layer.config, (Node((refs if len(refs) > 1 else refs[0],), kwargs),)
    )


@pytest.mark.parametrize("begin", [(IDS, WORDS), (INNER,)])
def test_a_row_of_recurrent_layers_becomes_a_graph(begin: tuple[Layer, ...]) -> None:
    done = mask_through_recurrent(row(*begin, FIRST, LAST), ERA)
    assert done.topology is Topology.FUNCTIONAL
    assert [layer.name for layer in done.layers][-2:] == ["first", "last"]


@pytest.mark.parametrize(
    "layers",
    [
        (IDS, PLAIN, FIRST, LAST),  # nothing is masked
        (IDS, WORDS, LAST),  # nothing is behind the recurrent layer
        (IDS, WORDS, FIRST, DENSE),  # what is behind it reads no mask
        (IDS, WORDS, DENSE, LAST),  # a Dense layer hands the mask on in every release
        (IDS, WORDS, LAST, DENSE),  # the recurrent layer stops the mask
        (WORDS, FIRST, LAST),  # no input is known
    ],
)
def test_other_rows_stay(layers: tuple[Layer, ...]) -> None:
    model = row(*layers)
    assert mask_through_recurrent(model, ERA) is model


ATTENTION = Layer("Attention", "attention", {"use_scale": True})
QUERY = Layer("Dense", "query", {"units": 3})


def attending(*names: str, **kwargs: object) -> Model:
    return graph(
        IDS,
        call(WORDS, "ids"),
        call(FIRST, "words"),
        Layer("InputLayer", "other", {"batch_shape": [None, 6, 3]}),
        call(QUERY, "other"),
        call(ATTENTION, *names, **kwargs),
    )


def test_attention_names_the_masks_that_there_are() -> None:
    done = mask_through_recurrent(attending("query", "first", "first"), ERA)
    assert done.layer("attention").nodes == (
        Node(
            ([TensorRef("query"), TensorRef("first"), TensorRef("first")],),
            {"mask": [None, TensorRef("attention_mask")]},
        ),
    )
    assert done.layer("attention_mask").nodes == (Node((TensorRef("first"),)),)


@pytest.mark.parametrize(
    "model",
    [
        attending("first", "first", mask=[None, TensorRef("other")]),  # the call says its masks
        attending("query", "query"),  # its tensors do not come from the recurrent layer
        graph(
            IDS, call(WORDS, "ids"), call(FIRST, "words"), call(LAST, "first")
        ),  # Keras writes this mask itself
    ],
)
def test_other_graphs_stay(model: Model) -> None:
    done = mask_through_recurrent(model, ERA)
    assert done.layers == model.layers
    assert done.topology is model.topology
