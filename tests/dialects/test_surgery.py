"""Replacing layers in graphs: names, shared calls and outer references stay right."""

from __future__ import annotations

import pytest

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.dialects.graph_rewrites import (
    Fragment,
    expand_chains,
    expand_graphs,
    inline,
    replace_by_chain,
    to_functional,
    unique_name,
)
from migrate.findings import MigrationError


def _input(name: str = "x") -> Layer:
    return Layer("InputLayer", name, {"batch_input_shape": [None, 3]})


def _sequential(*layers: Layer) -> Model:
    return Model("Sequential", "model", Topology.SEQUENTIAL, layers)


def _shared() -> Model:
    """Two inputs through one Dense layer, added."""
    dense = Layer("Dense", "dense", {"units": 2}, (Node((TensorRef("x"),)), Node((TensorRef("y"),))))
    add = Layer("Add", "add", {}, (Node(([TensorRef("dense", 0), TensorRef("dense", 1)],)),))
    return Model(
        "Functional",
        "model",
        Topology.FUNCTIONAL,
        (_input("x"), _input("y"), dense, add),
        [TensorRef("x"), TensorRef("y")],
        TensorRef("add"),
    )


def test_a_chain_in_a_sequential_model_ends_with_the_old_name() -> None:
    model = replace_by_chain(
        _sequential(_input(), Layer("Dense", "dense")),
        "dense",
        [Layer("Dropout", "d"), Layer("Dense", "any")],
    )
    assert [(layer.class_name, layer.name) for layer in model.layers][1:] == [
        ("Dropout", "d"),
        ("Dense", "dense"),
    ]


def test_each_call_of_a_shared_layer_becomes_a_call_of_every_part() -> None:
    model = replace_by_chain(_shared(), "dense", [Layer("Dropout", "d"), Layer("Dense", "dense")])
    assert model.layer("d").nodes == (Node((TensorRef("x"),)), Node((TensorRef("y"),)))
    assert model.layer("dense").nodes == (Node((TensorRef("d", 0),)), Node((TensorRef("d", 1),)))
    assert model.layer("add") == _shared().layer("add")


def test_names_of_parts_avoid_those_of_the_model() -> None:
    model = replace_by_chain(_shared(), "dense", [Layer("Dropout", "add"), Layer("Dense", "dense")])
    assert model.layer("add_1").class_name == "Dropout"
    assert unique_name("a", {"a", "a_1"}) == "a_2"


def test_nothing_to_expand_gives_the_same_object() -> None:
    model = _shared()
    assert expand_chains(model, {"Highway"}, lambda layer: [layer]) is model
    assert expand_chains(model, {"Dense"}, lambda layer: None) is model
    assert expand_graphs(model, {"Highway"}, Fragment) is model


def test_a_wrapped_layer_becomes_a_chain_of_wrapped_layers() -> None:
    wrapper = Layer("TimeDistributed", "td", children={"layer": Layer("MaxoutDense", "maxout")})
    model = expand_chains(
        _sequential(_input(), wrapper),
        {"MaxoutDense"},
        lambda la: [Layer("Dense", "d"), Layer("Reshape", "r")],
    )
    assert [layer.class_name for layer in model.layers[1:]] == ["TimeDistributed"] * 2
    assert [layer.children["layer"].class_name for layer in model.layers[1:]] == ["Dense", "Reshape"]
    assert model.layers[-1].name == "td"


def test_other_wrappers_refuse() -> None:
    wrapper = Layer("SpectralNormalization", "sn", children={"layer": Layer("MaxoutDense", "maxout")})
    with pytest.raises(MigrationError) as refused:
        expand_chains(_sequential(_input(), wrapper), {"MaxoutDense"}, lambda la: [Layer("Dense", "d")])
    assert refused.value.code == "CFG053"


def _gate(layer: Layer) -> Fragment:
    fragment = Fragment(layer)
    x = fragment.input()
    gate = fragment.add("Dense", "gate", x, {"units": 2})
    fragment.add("Multiply", "out", [x, gate])
    return fragment


def test_a_graph_replaces_a_shared_layer_call_by_call() -> None:
    model = expand_graphs(_shared(), {"Dense"}, lambda la: _gate(la) if la.name == "dense" else None)
    assert model.layer("dense_gate").nodes == (Node((TensorRef("x"),)), Node((TensorRef("y"),)))
    assert model.layer("dense").class_name == "Multiply"
    assert model.layer("dense").nodes[1] == Node(([TensorRef("y"), TensorRef("dense_gate", 1)],))


def test_parts_inherit_frozen() -> None:
    fragment = _gate(Layer("Highway", "h", {"trainable": False}))
    assert fragment.parts[0].config["trainable"] is False


def test_a_sequential_model_becomes_a_graph_when_a_graph_is_needed() -> None:
    model = expand_graphs(
        _sequential(_input(), Layer("Highway", "h"), Layer("Dense", "d")), {"Highway"}, _gate
    )
    assert model.topology is Topology.FUNCTIONAL
    assert model.outputs == TensorRef("d")
    assert model.layer("d").nodes == (Node((TensorRef("h"),)),)


def test_keyword_arguments_go_to_the_part_of_the_same_class() -> None:
    state = {"initial_state": [TensorRef("y")]}
    lstm = Layer("LSTM", "lstm", {}, (Node((TensorRef("x"),), state),))
    model = Model(
        "Functional", "m", Topology.FUNCTIONAL, (_input("x"), _input("y"), lstm), None, TensorRef("lstm")
    )

    def around(layer: Layer) -> Fragment:
        fragment = Fragment(layer)
        fragment.add("LSTM", "steps", fragment.add("Dropout", "before", fragment.input()))
        return fragment

    expanded = expand_graphs(model, {"LSTM"}, around)
    assert expanded.layer("lstm").nodes[0].kwargs == state
    assert not expanded.layer("lstm_before").nodes[0].kwargs

    with pytest.raises(MigrationError) as refused:
        expand_graphs(model, {"LSTM"}, _gate)
    assert refused.value.code == "CFG053"


def test_a_sequential_model_without_a_shape_cannot_become_a_graph() -> None:
    with pytest.raises(MigrationError) as refused:
        to_functional(_sequential(Layer("Dense", "d")))
    assert refused.value.code == "CFG009"


def test_a_nested_model_dissolves_into_its_owner() -> None:
    inner = _sequential(_input("inner"), Layer("Dense", "d"))
    outer = Model(
        "Functional",
        "outer",
        Topology.FUNCTIONAL,
        (
            _input("x"),
            Layer("Sequential", "branch", nodes=(Node((TensorRef("x"),)),), model=inner),
            Layer("Add", "add", {}, (Node(([TensorRef("branch"), TensorRef("x")],)),)),
        ),
        TensorRef("x"),
        TensorRef("add"),
    )
    flat = inline(outer, "branch")
    assert [layer.name for layer in flat.layers] == ["x", "d", "add"]
    assert flat.layer("d").nodes == (Node((TensorRef("x"),)),)
    assert flat.layer("add").nodes == (Node(([TensorRef("d"), TensorRef("x")],)),)
