"""A part of a model: one output, and inputs in the place of layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.submodel import Cut, Given, submodel
from migrate.worlds.contracts.call import from_message, to_message
from migrate.worlds.contracts.reader import Translate
from tests.dialects.authentic import translated


def chain() -> Model:
    layers = (
        Layer("InputLayer", "x", {"batch_input_shape": [None, 3]}),
        Layer("Dense", "a", {"units": 2}, (Node((TensorRef("x"),)),)),
        Layer("Dense", "b", {"units": 2}, (Node((TensorRef("a"),)),)),
        Layer("Add", "c", {}, (Node(([TensorRef("a"), TensorRef("b")],)),)),
        Layer("Dense", "d", {"units": 1}, (Node((TensorRef("c"),)),)),
    )
    return Model("Functional", "m", Topology.FUNCTIONAL, layers, TensorRef("x"), TensorRef("d"))


def names(model: Model) -> list[str]:
    return [f"{layer.class_name} {layer.name}" for layer in model.layers]


def test_what_an_output_does_not_need_is_left_out() -> None:
    part = submodel(chain(), Cut((), TensorRef("b")))
    assert names(part) == ["InputLayer x", "Dense a", "Dense b"]
    assert part.outputs == TensorRef("b")


def test_given_layers_become_inputs_in_the_order_of_the_graph() -> None:
    given = {"b": Given((None, 2), "float32"), "a": Given((None, 2), "float32")}
    part = submodel(chain(), Cut((), TensorRef("c"), given))
    assert names(part) == ["InputLayer a", "InputLayer b", "Add c"]
    assert part.inputs == [TensorRef("a"), TensorRef("b")]
    assert part.layers[0].config == {"batch_input_shape": [None, 2], "dtype": "float32"}


def test_the_whole_is_the_same_object() -> None:
    model = chain()
    assert submodel(model, Cut()) is model


def test_a_part_inside_keeps_its_weights() -> None:
    model = translated("keras-2.2.4/transfer").legacy
    nested = next(layer for layer in model.layers if layer.model is not None)
    assert nested.model is not None
    last = (
        next(structure_refs(submodel(model, Cut((nested.name,))).outputs or []))
        if nested.model.outputs
        else None
    )
    part = submodel(model, Cut((nested.name,), last))
    kept = {layer.name: layer for layer in nested.model.layers}
    assert all(layer.weights == kept[layer.name].weights for layer in part.layers if layer.weights)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        submodel(chain(), Cut(("a",)))


def test_a_cut_travels_with_the_question_of_it() -> None:
    cut = Cut(("n",), TensorRef("c", 1, 2), {"a": Given((None, 2), "int32")})
    asked = Translate(Path("model.h5"), cut=cut, without=("SIL001",))
    assert from_message(to_message(asked), Translate) == asked
