"""What a model tracks beside its graph is left out; what the graph uses stays, however it is written."""

from __future__ import annotations

from typing import Any

from migrate.dialects.config_parser import parse_model
from migrate.dialects.rule import Notes


def _layer(class_name: str, name: str, *nodes: Any) -> dict[str, Any]:
    return {"class_name": class_name, "name": name, "config": {"name": name}, "inbound_nodes": list(nodes)}


def _parsed(*layers: dict[str, Any], output: str) -> tuple[list[str], Notes]:
    notes = Notes()
    config = {
        "name": "model",
        "layers": list(layers),
        "input_layers": [["line", 0, 0]],
        "output_layers": [[output, 0, 0]],
    }
    model = parse_model({"class_name": "Functional", "config": config}, notes)
    return [layer.name for layer in model.layers], notes


LINE = _layer("InputLayer", "line")
DENSE = _layer("Dense", "dense", [["line", 0, 0, {}]])


def test_a_layer_that_no_call_uses_is_left_out() -> None:
    names, notes = _parsed(LINE, DENSE, _layer("Dense", "head"), output="dense")
    assert names == ["line", "dense"]
    assert notes.tracked == {"head"}
    assert [(finding.code, finding.place) for finding in notes.findings] == [("CFG126", "head")]


def test_a_class_of_a_package_that_is_only_tracked_is_not_asked_for() -> None:
    own = _layer("TensorFlowTransform>TransformFeaturesLayer", "transform")
    assert _parsed(LINE, DENSE, own, output="dense")[0] == ["line", "dense"]


def test_a_layer_without_calls_that_another_names_stays() -> None:
    source = _layer("OwnInput", "line_2")
    taker = _layer("Add", "add", [["dense", 0, 0, {}], ["line_2", 0, 0, {}]])
    named = _layer("Dense", "dense", [["line", 0, 0, {"mask": ["line_2", 0, 0]}]])
    for layers, output in (((LINE, DENSE, source, taker), "add"), ((LINE, named, source), "dense")):
        names, notes = _parsed(*layers, output=output)
        assert "line_2" in names
        assert not notes.findings


def test_an_input_that_nothing_takes_stays() -> None:
    names, notes = _parsed(LINE, _layer("InputLayer", "spare"), DENSE, output="dense")
    assert names == ["line", "spare", "dense"]
    assert not notes.tracked
