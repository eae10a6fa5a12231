"""The rows of a model's picture: aligned, in the order of computation, from both graphs or from one."""

from __future__ import annotations

from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology
from migrate.formats.describe import layer_inputs
from migrate.pipeline.graph import graph_of
from migrate.report.compatibility.picture import picture


def row(path: str, kind: str, *inputs: str) -> dict[str, Any]:
    return {"path": path, "class_name": kind, "inputs": list(inputs)}


def shown(detail: dict[str, Any]) -> list[tuple[str, str, str, list[int], list[int]]]:
    return [(r.path, r.old, r.new, r.old_inputs, r.new_inputs) for r in picture(detail)]


def test_a_layer_of_both_graphs_is_one_row_and_what_a_rule_put_in_has_one_side() -> None:
    legacy = [row("in", "InputLayer"), row("lambda", "Lambda", "in"), row("out", "Dense", "lambda")]
    modern = [row("in", "InputLayer"), row("scale", "Rescaling", "in"), row("out", "Dense", "scale")]
    assert shown({"graph": {"legacy": legacy, "modern": modern}}) == [
        ("in", "InputLayer", "InputLayer", [], []),
        ("lambda", "Lambda", "", [0], []),
        ("scale", "", "Rescaling", [], [0]),
        ("out", "Dense", "Dense", [1], [2]),
    ]


def test_rows_stand_behind_their_inputs_and_nested_layers_behind_their_model() -> None:
    layers = [
        row("out", "Dense", "inner"),
        row("inner", "Functional", "in"),
        row("inner/b", "Dense", "inner/a"),
        row("inner/a", "InputLayer"),
        row("in", "InputLayer"),
    ]
    paths = [r.path for r in picture({"graph": {"legacy": layers, "modern": layers}})]
    assert paths == ["in", "inner", "inner/a", "inner/b", "out"]


def test_a_shared_layer_that_feeds_itself_is_drawn_once() -> None:
    layers = [row("in", "InputLayer"), row("a", "Dense", "in", "b"), row("b", "Dense", "a")]
    assert [r.path for r in picture({"graph": {"legacy": layers, "modern": layers}})] == ["in", "a", "b"]


def test_an_inspection_knows_one_side() -> None:
    detail = {"layers": [row("in", "InputLayer"), row("out", "Dense", "in")]}
    assert shown(detail) == [("in", "InputLayer", "", [], []), ("out", "Dense", "", [0], [])]
    assert picture({"layers": [row("in", "InputLayer")]}) == []
    assert picture({"graph": {"legacy": "no list", "modern": [3]}}) == []


def test_the_graph_of_a_model_names_inputs_by_path() -> None:
    inner = Model("Sequential", "inner", Topology.SEQUENTIAL, (Layer("InputLayer", "x"), Layer("Dense", "d")))
    model = Model(
        "Functional",
        "m",
        Topology.FUNCTIONAL,
        (
            Layer("InputLayer", "in"),
            Layer("Sequential", "inner", nodes=(Node((TensorRef("in"),)),), model=inner),
            Layer("Add", "add", nodes=(Node(([TensorRef("in"), TensorRef("inner")],)),)),
        ),
        inputs=TensorRef("in"),
        outputs=TensorRef("add"),
    )
    assert [(r.path, r.class_name, r.inputs) for r in graph_of(model)] == [
        ("in", "InputLayer", []),
        ("inner", "Sequential", ["in"]),
        ("inner/x", "InputLayer", []),
        ("inner/d", "Dense", ["inner/x"]),
        ("add", "Add", ["in", "inner"]),
    ]


def test_inputs_are_read_from_both_grammars_of_a_configuration() -> None:
    def layer(name: str, inbound: Any) -> dict[str, Any]:
        return {"class_name": "Dense", "name": name, "config": {"name": name}, "inbound_nodes": inbound}

    tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": ["a", 0, 0]}}
    for inbound in ([[["a", 0, 0, {}]]], [{"args": [tensor], "kwargs": {}}]):
        config = {"layers": [layer("a", []), layer("b", inbound)], "input_layers": [["a", 0, 0]]}
        assert layer_inputs({"class_name": "Functional", "config": config}) == {("a",): [], ("b",): ["a"]}
    chain = {"class_name": "Sequential", "config": [layer("a", []), layer("b", [])]}
    assert layer_inputs(chain) == {("a",): [], ("b",): ["a"]}
