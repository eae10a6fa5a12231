"""A Sequential model that stores no input shape is migrated with the one that the user gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.formats.layer_config import with_input_shape
from migrate.inspection import expected, inspect
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options, parse_shape
from migrate.worlds.host.pool import Slot


def unbuilt(folder: Path) -> Path:
    """What ``to_json`` of Keras 2.2.4 gives for ``Sequential([Flatten(), Dense(2)])`` that was never built."""
    zeros = {"class_name": "Zeros", "config": {}}
    scaling = {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}
    dense = {
        "name": "out",
        "trainable": True,
        "units": 2,
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": {"class_name": "VarianceScaling", "config": scaling},
        "bias_initializer": zeros,
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    flatten = {"name": "flat", "trainable": True, "data_format": "channels_last"}
    layers = [{"class_name": "Flatten", "config": flatten}, {"class_name": "Dense", "config": dense}]
    root = {"class_name": "Sequential", "config": {"name": "unbuilt", "layers": layers}}
    path = folder / "model.json"
    path.write_text(json.dumps(root | {"keras_version": "2.2.4", "backend": "tensorflow"}))
    return path


def test_inspection_says_that_the_shape_is_missing(tmp_path: Path) -> None:
    expectation = expected(inspect(unbuilt(tmp_path)))
    assert (expectation.status, expectation.code) == (Status.BLOCKED, "CFG009")


@pytest.mark.slow
def test_the_shape_that_the_hint_asks_for_is_enough(slot: Slot, tmp_path: Path) -> None:
    request = ArtifactRequest(
        path=unbuilt(tmp_path), source="model.json", out=tmp_path / "out", folder="model"
    )
    alone = migrate_artifact(request, Options(), slot)
    assert (alone.status, alone.findings[-1].code) == (Status.BLOCKED, "CFG009")
    assert "--input-shape" in alone.findings[-1].hint
    slot.reset()
    given = migrate_artifact(request, Options(input_shape="2,3"), slot)
    assert given.parity is not None, given.findings
    assert given.outputs.keras is not None


def test_only_a_sequential_model_without_a_shape_takes_one() -> None:
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 2}}
    stored = {"class_name": "Dense", "config": {"name": "d", "batch_input_shape": [None, 3]}}
    entrance = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3]}}
    changed = with_input_shape({"class_name": "Sequential", "config": [dense, dense]}, [4, None])
    assert changed["config"][0]["config"]["batch_input_shape"] == [None, 4, None]
    assert changed["config"][1] == dense
    nested = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}
    outer = with_input_shape({"class_name": "Sequential", "config": {"name": "o", "layers": [nested]}}, [4])
    assert outer["config"]["layers"][0]["config"]["layers"][0]["config"]["batch_input_shape"] == [None, 4]
    for root in (
        {"class_name": "Sequential", "config": {"name": "s", "layers": [stored]}},
        {"class_name": "Sequential", "config": {"name": "s", "layers": [entrance, dense]}},
        {"class_name": "Model", "config": {"name": "m", "layers": [dense], "input_layers": []}},
        {"class_name": "Sequential", "config": {"name": "s", "layers": []}},
    ):
        assert with_input_shape(root, [4]) is root


@pytest.mark.parametrize(
    ("text", "shape"), [("28,28,1", [28, 28, 1]), ("?,300", [None, 300]), ("(4,)", [4]), (" 2 , 3 ", [2, 3])]
)
def test_a_shape_is_the_sizes_of_one_sample(text: str, shape: list[int | None]) -> None:
    assert parse_shape(text) == shape


@pytest.mark.parametrize("text", ["", "a,b", "0,3", "-1", "2x3"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a shape"):
        parse_shape(text)
