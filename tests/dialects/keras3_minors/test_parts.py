"""Parts of a model, each with the names that its weights have there and in the whole."""

from __future__ import annotations

from typing import Any

from migrate.dialects.keras3_minors.parts import parts


def layer(
    class_name: str, name: str, *calls: list[tuple[str, int]], module: str = "keras.layers"
) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "name": name,
        "config": {"name": name},
        "inbound_nodes": [{"args": [[tensor(*source) for source in call]], "kwargs": {}} for call in calls],
    }


def tensor(name: str, node: int) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, node, 0]}}


def test_a_sequential_model_ends_at_each_layer() -> None:
    layers = [
        {"class_name": name, "config": {"name": name.lower()}}
        for name in ("InputLayer", "Dense", "ReLU", "Flatten")
    ]
    model = {"class_name": "Sequential", "config": {"layers": layers}, "compile_config": {"loss": "mse"}}
    found = list(parts(model))
    assert [one.classes for one in found] == [("Dense",), ("Dense", "ReLU")]
    assert [one.config["config"]["layers"] for one in found] == [layers[:2], layers[:3]]
    assert "compile_config" not in found[0].config
    assert found[0].groups == {"layers/input_layer": "layers/input_layer", "layers/dense": "layers/dense"}


def test_a_graph_keeps_what_a_call_depends_on() -> None:
    """The shared layer is called twice; only the second depends on the other branch."""
    model = {
        "class_name": "Functional",
        "config": {
            "layers": [
                layer("InputLayer", "left"),
                layer("InputLayer", "right"),
                layer("Dense", "other", [("right", 0)]),
                layer("Dense", "shared", [("left", 0)], [("other", 0)]),
                layer("Add", "sum", [("shared", 0)], module="keras.src.ops.numpy"),
                layer("Dense", "last", [("sum", 0)]),
                layer("Add", "end", [("last", 0), ("shared", 1)]),
            ],
            "input_layers": [["left", 0, 0], ["right", 0, 0]],
            "output_layers": ["end", 0, 0],
        },
    }
    found = {one.config["config"]["output_layers"][0]: one for one in parts(model)}
    assert list(found) == ["other", "shared", "sum", "last"]
    assert found["other"].config["config"]["input_layers"] == ["right", 0, 0]
    assert found["shared"].config["config"]["output_layers"] == ["shared", 1, 0]
    assert found["shared"].config["config"]["input_layers"] == [["left", 0, 0], ["right", 0, 0]]
    last = found["last"]
    assert last.classes == ("Dense", "Add", "Dense")
    assert last.config["config"]["input_layers"] == ["left", 0, 0]
    assert [len(entry["inbound_nodes"]) for entry in last.config["config"]["layers"]] == [0, 1, 1, 1]
    assert last.groups == {
        "layers/input_layer": "layers/input_layer",
        "layers/dense": "layers/dense_1",
        "layers/dense_1": "layers/dense_2",
    }


def test_inputs_by_name_and_other_models_are_known() -> None:
    model = {
        "class_name": "Functional",
        "config": {
            "layers": [
                layer("InputLayer", "x"),
                layer("Dense", "a", [("x", 0)]),
                layer("Dense", "b", [("a", 0)]),
            ],
            "input_layers": {"words": ["x", 0, 0]},
            "output_layers": ["b", 0, 0],
        },
    }
    (only,) = parts(model)
    assert only.config["config"]["input_layers"] == ["x", 0, 0]
    assert list(parts({"class_name": "Own", "config": {"units": 3}})) == []
