"""Every configuration grammar is read into the same records."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrate.capsule.model import Layer, Model, TensorRef, Topology, map_layers
from migrate.dialects.config_parser import parse_model
from migrate.dialects.keras2_config_writer import emit_keras2
from migrate.dialects.rule import Notes
from migrate.findings import MigrationError
from migrate.formats.read import read


def parse(path: Path) -> tuple[Model, set[str]]:
    notes = Notes()
    architecture = read(path, values=False).architecture
    assert architecture is not None
    return parse_model(architecture, notes), {fired.code for fired in notes.fired}


def test_keras_1_list_sequential(legacy_models: Path) -> None:
    model, codes = parse(legacy_models / "keras-1.2.2" / "mlp" / "model.h5")
    assert model.topology is Topology.SEQUENTIAL
    assert model.layers[0].class_name == "InputLayer"
    assert {"CFG007", "CFG008"} <= codes


def test_nested_models_are_counted_from_zero(legacy_models: Path) -> None:
    model, codes = parse(legacy_models / "keras-2.2.4" / "siamese" / "model.h5")
    nested = next(layer for layer in model.layers if layer.model is not None)
    used = {
        ref.node
        for layer in model.layers
        for node in layer.nodes
        for ref in node.refs()
        if ref.layer == nested.name
    }
    assert used == {0, 1}
    assert "CFG001" in codes


def test_single_endpoints_are_not_lists(legacy_models: Path) -> None:
    model, codes = parse(legacy_models / "keras-2.2.4" / "transfer" / "model.h5")
    assert isinstance(model.outputs, TensorRef)
    assert "CFG002" in codes


def test_constants_and_keyword_tensors(legacy_models: Path) -> None:
    model, _ = parse(legacy_models / "tf.keras-2.8" / "ops_choices" / "model.h5")
    lambdas = [layer for layer in model.layers if layer.class_name == "TFOpLambda"]
    assert lambdas
    assert any(isinstance(v, TensorRef) for la in lambdas for n in la.nodes for v in n.kwargs.values())


def named(model: Model) -> Model:
    """Configurations with the name that newer grammars repeat in them; nested models have none of their own."""

    def change(path: tuple[str, ...], layer: Layer) -> Layer:
        if layer.model is not None:
            return replace(
                layer, config={}, class_name="Functional", model=replace(layer.model, class_name="Functional")
            )
        return layer.with_config(name=layer.name)

    return map_layers(model, change)


def cases() -> list[Path]:
    root = Path(__file__).resolve().parent.parent.parent / "legacy_models"
    found = [p for p in sorted(root.glob("*keras-2.[248]*/*/model.h5")) if "theano" not in p.parts[-3]]
    return [p for p in found if "no_architecture" not in traits(p)]


def traits(path: Path) -> list[str]:
    return list(json.loads(path.with_name("case.json").read_text(encoding="utf-8"))["traits"])


@pytest.mark.parametrize("path", cases(), ids=lambda p: "/".join(p.parts[-3:-1]))
def test_written_back_and_read_again_it_is_the_same(path: Path) -> None:
    architecture = read(path, values=False).architecture
    assert architecture is not None
    model = parse_model(architecture, Notes())
    back = parse_model(json.loads(json.dumps(emit_keras2(model))), Notes())
    assert named(back).layers == named(model).layers


def dense(**extra: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"name": "d", "units": 2}, "name": "d", **extra}


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"class_name": "MyModel", "config": {"units": 3}}, "CFG022"),
        ({"class_name": "Sequential", "config": ["no layer"]}, "FMT007"),
        (
            {
                "class_name": "Model",
                "config": {
                    "name": "m",
                    "layers": [dense(inbound_nodes=[[["gone", 0, 0]]])],
                    "input_layers": [["d", 0, 0]],
                    "output_layers": [["d", 0, 0]],
                },
            },
            "CFG011",
        ),
    ],
)
def test_what_is_no_architecture_is_refused(config: dict[str, Any], code: str) -> None:
    with pytest.raises(MigrationError) as caught:
        parse_model(config, Notes())
    assert caught.value.code == code


def test_endless_nesting_is_refused() -> None:
    config: dict[str, Any] = {"class_name": "Dense", "config": {"name": "d"}}
    for _ in range(300):
        config = {"class_name": "TimeDistributed", "config": {"name": "t", "layer": config}}
    with pytest.raises(MigrationError) as caught:
        parse_model({"class_name": "Sequential", "config": [config]}, Notes())
    assert caught.value.code == "SEC009"
