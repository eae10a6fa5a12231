"""Where masks come from, how far they reach, and who reads them."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.masks import (
    MaskOperations,
    makes_mask,
    mask_makers,
    mask_matters,
    may_have_mask,
    reads_mask_behind,
)

WORDS = Layer("Embedding", "words", {"output_dim": 4, "mask_zero": True})
PLAIN = Layer("Embedding", "words", {"output_dim": 4, "mask_zero": False})
MASKING = Layer("Masking", "masking", {"mask_value": 0.0})
DENSE = Layer("Dense", "dense", {"units": 2})
LSTM = Layer("LSTM", "lstm", {"units": 2, "return_sequences": True})
LAST = Layer("LSTM", "last", {"units": 2})


def nested(*layers: Layer, name: str = "inner") -> Layer:
    return Layer("Sequential", name, model=Model("Sequential", name, Topology.SEQUENTIAL, layers))


def wrapped(layer: Layer, name: str = "wrapped", by: str = "TimeDistributed") -> Layer:
    return Layer(by, name, children={"layer" if by == "TimeDistributed" else "forward_layer": layer})


def row(*layers: Layer) -> Model:
    """A Functional model of these layers, one after the other."""
    entry = Layer("InputLayer", "x", {"batch_input_shape": [None, 5]})
    made = [entry]
    for layer in layers:
        call = (Node((TensorRef(made[-1].name),)),)
        made.append(Layer(layer.class_name, layer.name, layer.config, call, {}, layer.children, layer.model))
    return Model(
        "Functional", "m", Topology.FUNCTIONAL, tuple(made), TensorRef("x"), TensorRef(made[-1].name)
    )


@pytest.mark.parametrize(
    ("layer", "makes"),
    [
        (WORDS, True),
        (PLAIN, False),
        (MASKING, True),
        (DENSE, False),
        (Layer("OwnLookup", "own", {"mask_zero": True}), False),
        (wrapped(WORDS), True),
        (wrapped(DENSE), False),
        (nested(MASKING, LSTM), True),
        (nested(LSTM), False),
    ],
)
def test_who_makes_a_mask(layer: Layer, makes: bool) -> None:
    assert makes_mask(layer) is makes


@pytest.mark.parametrize(
    ("layers", "makers"),
    [
        ((WORDS, DENSE), {"words"}),
        ((PLAIN, DENSE), set()),
        ((WORDS, LSTM, DENSE), {"words"}),
        ((WORDS, LAST), set()),
        ((WORDS, wrapped(LSTM, by="Bidirectional")), {"words"}),
        ((WORDS, wrapped(LAST, by="Bidirectional")), set()),
        ((WORDS, Layer("Flatten", "flat")), set()),
        ((wrapped(WORDS),), {"wrapped"}),
        ((wrapped(DENSE),), set()),
        ((MASKING, wrapped(PLAIN)), {"masking"}),
        ((WORDS, nested(DENSE)), {"words"}),
        ((nested(WORDS),), None),
    ],
)
def test_whose_mask_a_tensor_has(layers: tuple[Layer, ...], makers: set[str] | None) -> None:
    model = row(*layers)
    found = mask_makers(model, TensorRef(model.layers[-1].name))
    assert (None if found is None else {ref.layer for ref in found}) == makers
    assert may_have_mask(model, TensorRef(model.layers[-1].name)) is (makers != set())


def test_a_mask_that_comes_two_ways_is_one() -> None:
    model = row(WORDS, DENSE)
    refs = [TensorRef("dense"), TensorRef("words"), TensorRef("dense")]
    add = Layer("Add", "add", nodes=(Node((refs,)),))
    both = Model("Functional", "m", Topology.FUNCTIONAL, (*model.layers, add), model.inputs, TensorRef("add"))
    assert mask_makers(both, TensorRef("add")) == {TensorRef("words")}


@pytest.mark.parametrize(
    ("behind", "readers", "matters"),
    [
        ((DENSE, LSTM), ["lstm"], True),
        ((LSTM, LAST), ["lstm", "last"], True),
        ((DENSE, nested(LSTM)), ["inner"], True),
        ((Layer("Flatten", "flat"), LAST), [], False),
        ((DENSE,), [], True),  # an output, and its loss
        ((Layer("GlobalAveragePooling1D", "mean"), DENSE), ["mean"], True),
    ],
)
def test_who_reads_a_mask(behind: tuple[Layer, ...], readers: list[str], matters: bool) -> None:
    model = row(WORDS, *behind)
    assert sorted(reads_mask_behind(model, "words")) == sorted(readers)
    assert mask_matters(model, "words") is matters


@pytest.mark.parametrize(
    ("layer", "functions"),
    [(WORDS, ["math.not_equal"]), (MASKING, ["math.not_equal", "math.reduce_any"])],
)
def test_a_mask_as_operations(layer: Layer, functions: list[str]) -> None:
    model = row(layer, LSTM)
    operations = MaskOperations(model, "lstm")
    operations.mask(frozenset({TensorRef(layer.name)}))
    assert [part.config["function"] for part in operations.parts] == functions
