"""What ``inspect`` says about every kind of path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import msgspec
import numpy as np
import pytest

from migrate.findings import MigrationError, Severity
from migrate.formats.describe import custom_objects, custom_training, endpoint_names, model_inputs
from migrate.inspection import Inspection, inspect
from tests.formats import protos
from tests.formats.makers import (
    KERNEL,
    SEQUENTIAL,
    archive_weights,
    dense,
    model,
    write_archive,
    write_hdf5_model,
    write_hdf5_weights,
)


def codes(found: Inspection) -> list[str]:
    return [finding.code for finding in found.obstacles]


def test_hdf5_model(tmp_path: Path) -> None:
    path = write_hdf5_model(tmp_path / "m.model")
    with h5py.File(path, "a") as file:
        training = {
            "loss": "mse",
            "metrics": ["mae"],
            "optimizer_config": {"class_name": "Adam", "config": {}},
        }
        file.attrs["training_config"] = json.dumps(training)
    found = inspect(path)
    assert (found.kind, found.model, found.name, found.parameters) == ("hdf5-model", "Sequential", "s", 8)
    assert (found.writer.keras, found.writer.backend) == ("2.2.4", "tensorflow")
    assert [(layer.path, layer.class_name, layer.parameters) for layer in found.layers] == [
        ("dense", "Dense", 8)
    ]
    assert next((w.name, w.shape, w.dtype) for w in found.layers[0].weights) == (
        "dense/kernel:0",
        [3, 2],
        "float32",
    )
    assert [(t.name, t.shape) for t in found.inputs] == [("dense", [None, 3])]
    assert found.training is not None
    assert (found.training.optimizer, found.training.loss) == ("Adam", "mse")
    assert found.obstacles == []
    assert found.plan, "the rules that will fire are listed"


def test_weights_alone_need_an_architecture(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "w.h5")
    assert codes(inspect(path)) == ["FMT004"]
    architecture = tmp_path / "other.json"
    architecture.write_text(json.dumps(SEQUENTIAL))
    found = inspect(path, architecture)
    assert (codes(found), found.architecture) == ([], str(architecture))


def test_archive_of_keras_3_is_done_already(tmp_path: Path) -> None:
    weights = archive_weights({"layers/dense/vars/0": KERNEL})
    found = inspect(write_archive(tmp_path / "m.keras", SEQUENTIAL, weights, "3.5.0"))
    assert codes(found) == ["FMT013"]
    assert found.obstacles[0].severity is Severity.INFO
    assert found.plan == []


@pytest.mark.parametrize(
    ("layer", "expected", "named"),
    [
        ({"class_name": "Scale", "config": {"name": "mine"}}, ["CFG005"], "Scale"),
        (dense("mine") | {"registered_name": "pkg>Dense"}, ["SEC002", "CFG005"], "pkg>Dense"),
        (
            {"class_name": "Activation", "config": {"name": "mine", "activation": "quux"}},
            ["CFG005"],
            "quux()",
        ),
        (
            {"class_name": "Lambda", "config": {"name": "mine", "function": ["4wE=", None, None]}},
            ["SEC001"],
            "Lambda",
        ),
    ],
)
def test_code_that_the_model_needs(
    tmp_path: Path, layer: dict[str, Any], expected: list[str], named: str
) -> None:
    found = inspect(write_hdf5_model(tmp_path / "m.h5", model("m", SEQUENTIAL["config"]["layers"][0], layer)))
    assert codes(found) == expected
    assert named in found.obstacles[-1].message
    assert all(finding.hint for finding in found.obstacles)


def test_custom_objects_everywhere_in_a_configuration() -> None:
    wrapped = {"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Inner", "config": {}}}}
    regularised = {
        "class_name": "Dense",
        "config": {"kernel_regularizer": {"class_name": "Reg", "config": {}}},
    }
    function = {"class_name": "function", "config": "pkg>act", "module": "builtins"}
    activated = {"class_name": "Dense", "config": {"activation": function}}
    root = model("m", wrapped, regularised, activated) | {
        "compile_config": {"loss": {"class_name": "L", "config": {}}}
    }
    assert custom_objects(root) == ["Inner", "Reg", "pkg>act()"]


def test_custom_training_objects() -> None:
    stock = {
        "loss": {"a": "mse", "b": None},
        "metrics": [["acc"], {"class_name": "MeanMetricWrapper", "config": {}}],
    }
    assert custom_training(stock | {"optimizer_config": {"class_name": "Custom>Adam", "config": {}}}) == []
    assert custom_training(
        {"loss": "my_loss", "optimizer_config": {"class_name": "Addons>AdamW", "config": {}}}
    ) == [
        "Addons>AdamW",
        "my_loss()",
    ]


def test_endpoints_of_any_nesting() -> None:
    assert endpoint_names(["a", 0, 0]) == ["a"]
    assert endpoint_names([["a", 0, 0], [["b", 0, 0]]]) == ["a", "b"]
    assert endpoint_names({"x": ["a", 0, 0], "y": ["b", 1, 0]}) == ["a", "b"]


def test_inputs_of_nested_models() -> None:
    entry = {
        "class_name": "InputLayer",
        "config": {"name": "in", "batch_input_shape": [None, 4], "dtype": "int32"},
    }
    inner = {
        "class_name": "Functional",
        "config": {"name": "f", "layers": [entry], "input_layers": [["in", 0, 0]]},
    }
    (record,) = model_inputs(model("s", inner))
    assert (record.name, record.shape, record.dtype) == ("in", [None, 4], "int32")


def test_saved_model_signatures(tmp_path: Path) -> None:
    found = inspect(protos.saved_model(tmp_path / "m", op="WriteFile"))
    (graph,) = found.meta_graphs
    assert graph.tags == ["serve"]
    assert [(s.name, s.inputs[0].name, s.inputs[0].shape) for s in graph.signatures] == [
        ("serving_default", "in", [None, 3])
    ]
    assert (graph.file_ops, codes(found)) == (["WriteFile"], ["SEC007", "EXP001"])
    assert found.writer.tensorflow == "2.8.4"


def test_incomplete_saved_model(tmp_path: Path) -> None:
    found = inspect(protos.saved_model(tmp_path / "m", variables=True))
    assert (codes(found), found.missing) == (["FMT022", "EXP001"], ["variables/variables.index"])


def test_checkpoint_by_prefix_and_by_folder(tmp_path: Path) -> None:
    prefix = protos.bundle(tmp_path / "c" / "m.ckpt", {"a/kernel": KERNEL})
    for path in (prefix, prefix.parent, prefix.with_name("m.ckpt.index")):
        found = inspect(path)
        assert (found.kind, found.layout, found.parameters) == ("checkpoint", "name", 6)
        assert [(v.name, v.shape, v.dtype) for v in found.variables] == [("a/kernel", [3, 2], "float32")]
    prefix.with_name("m.ckpt.data-00000-of-00001").unlink()
    assert "FMT022" in codes(inspect(prefix))


def test_frozen_graph(tmp_path: Path) -> None:
    path = tmp_path / "graph.pb"
    nodes = [("x", "Placeholder"), ("y", "Relu")]
    path.write_bytes(b"".join(protos.field(1, protos.field(1, n) + protos.field(2, op)) for n, op in nodes))
    found = inspect(path)
    assert (found.kind, found.meta_graphs[0].ops) == ("frozen-graph", {"Placeholder": 1, "Relu": 1})
    assert [t.name for t in found.inputs] == ["x"]


def test_what_is_no_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_text("hello")
    found = inspect(path)
    assert (found.kind, codes(found)) == ("not-a-model", ["SEC014", "FMT030"])


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(MigrationError) as caught:
        inspect(tmp_path / "nothing")
    assert caught.value.code == "FMT021"


def test_record_goes_through_json(tmp_path: Path) -> None:
    found = inspect(write_hdf5_model(tmp_path / "m.h5"))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Inspection) == found


def test_values_of_a_large_checkpoint_are_not_read(tmp_path: Path) -> None:
    """The shard is a hole of 2 GB: reading it would take seconds and show in memory."""
    directory = protos.saved_model(tmp_path / "m", variables=True)
    prefix = protos.bundle(directory / "variables" / "variables", {"v": np.zeros(4, np.float32)})
    with prefix.with_name("variables.data-00000-of-00001").open("r+b") as stream:
        stream.truncate(2 << 30)
    found = inspect(directory)
    assert found.size > 2 << 30
    assert [v.name for v in found.variables] == ["v"]


def test_real_models_are_all_described(real_models: Path) -> None:
    for line in (real_models / "INDEX.tsv").read_text().splitlines()[1:]:
        found = inspect(real_models / line.split("\t")[0])
        assert found.detail
        assert all(f.message and f.code for f in found.obstacles)


def test_what_the_exporter_cannot_express(real_models: Path) -> None:
    folder = real_models / "tensorflow__serving"
    (name,) = folder.glob("*testdata__saved_model_half_plus_two_cpu__00000123")
    found = inspect(name)
    methods = [finding for finding in found.obstacles if finding.code == "EXP011"]
    assert len(methods) == 4
    assert "classify" in methods[0].message
    assert {"FMT016", "EXP001"} <= set(codes(found))
    assert all(finding.severity is Severity.WARNING for finding in found.obstacles)


def test_saved_model_of_a_custom_class_still_migrates(real_models: Path) -> None:
    name = "SciSharp__TensorFlow.NET/test__TensorFlowNET.Keras.UnitTest__Assets__python_func_model"
    found = inspect(real_models / name)
    assert found.custom_objects
    assert [(f.code, f.severity) for f in found.obstacles if f.code == "CFG005"] == [
        ("CFG005", Severity.WARNING)
    ]


def test_an_operation_of_a_graph_is_no_code_of_the_author() -> None:
    square = {
        "module": "keras.src.ops.numpy",
        "class_name": "Square",
        "registered_name": "Square",
        "config": {},
    }
    assert custom_objects(square) == []
    assert custom_objects({**square, "module": "mine.ops"}) == ["Square"]
    assert custom_objects({**square, "registered_name": "mine>Square"}) == ["mine>Square"]
