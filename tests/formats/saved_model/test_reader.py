"""SavedModels read statically."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.saved_model.keras import read_keras_saved_model
from migrate.formats.saved_model.reader import read_saved_model
from tests.formats import protos


def test_signatures_with_dynamic_dimensions(tmp_path: Path) -> None:
    model = read_saved_model(protos.saved_model(tmp_path / "m"))
    (signature,) = model.serving.signatures
    assert model.serving.tags == ("serve",)
    assert model.serving.tensorflow == "2.8.4"
    assert (signature.name, signature.method) == ("serving_default", "tensorflow/serving/predict")
    assert [(t.key, t.dtype, t.shape) for t in signature.inputs] == [("in", "float32", (None, 3))]
    assert [(t.key, t.dtype, t.shape) for t in signature.outputs] == [("out", "float32", (None, 2))]


def test_the_file_stands_for_its_directory(tmp_path: Path) -> None:
    path = protos.saved_model(tmp_path / "m") / "saved_model.pb"
    assert identify(path).format is Format.SAVED_MODEL
    assert read_saved_model(path).path == path.parent


def test_variables_without_their_files_are_missing(tmp_path: Path) -> None:
    directory = protos.saved_model(tmp_path / "m", variables=True)
    assert read_saved_model(directory).missing == ["variables/variables.index"]
    protos.bundle(directory / "variables" / "variables", {"v": np.zeros(2, np.float32)})
    assert read_saved_model(directory).missing == []
    (directory / "variables" / "variables.data-00000-of-00001").unlink()
    assert read_saved_model(directory).missing == ["variables/variables.data-00000-of-00001"]


def test_ops_of_concern(tmp_path: Path) -> None:
    files = read_saved_model(protos.saved_model(tmp_path / "a", op="ReadFile")).serving.graph
    python = read_saved_model(protos.saved_model(tmp_path / "b", op="EagerPyFunc")).serving.graph
    assert (files.touching_files(), files.running_python()) == (["ReadFile"], [])
    assert (python.touching_files(), python.running_python()) == ([], ["EagerPyFunc"])


def test_text_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text("saved_model_schema_version: 1\n")
    with pytest.raises(MigrationError) as caught:
        read_saved_model(tmp_path)
    assert caught.value.code == "FMT025"


@pytest.mark.parametrize("data", [b"", b"\x08\x01", b"\x08\x01\x12\xff", b"\x08\x01\x12\x05\x0a\x7f"])
def test_damaged_protos_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(data)
    with pytest.raises(MigrationError) as caught:
        read_saved_model(tmp_path)
    assert caught.value.code == "FMT015"
    assert caught.value.place


def test_every_cut_of_a_real_proto_is_refused_or_read(tmp_path: Path, real_models: Path) -> None:
    whole = (real_models / "serizba__cppflow/examples__load_model__model/saved_model.pb").read_bytes()
    target = tmp_path / "saved_model.pb"
    for cut in range(0, len(whole), 997):
        target.write_bytes(whole[:cut])
        with pytest.raises(MigrationError):
            read_saved_model(tmp_path)


def test_exported_json_is_the_architecture(tmp_path: Path) -> None:
    directory = protos.saved_model(tmp_path / "m")
    (directory / "assets").mkdir()
    root = {"class_name": "Sequential", "config": {"name": "s", "layers": []}, "keras_version": "2.2.4-tf"}
    (directory / "assets" / "saved_model.json").write_text(json.dumps(json.dumps(root)))
    artifact = read_keras_saved_model(directory)
    assert artifact.architecture == root
    assert artifact.writer.keras == "2.2.4-tf"


def test_keras_models_of_real_projects(real_models: Path) -> None:
    name = "mlcommons__tiny/benchmark__training__keyword_spotting__trained_models__kws_ref_model"
    artifact = read_keras_saved_model(real_models / name)
    layers = {layer.path: [a.name.rpartition("/")[2] for a in layer.arrays] for layer in artifact.weights}
    assert artifact.architecture is not None
    assert artifact.writer.keras == "2.4.0"
    assert layers["conv2d"] == ["kernel:0", "bias:0"]
    assert layers["batch_normalization"] == ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"]
    assert len(artifact.optimizer_weights) == 81
    assert "unmatched" not in artifact.metadata
    assert list(artifact.metadata["signatures"]) == ["serving_default"]


def test_model_without_architecture_keeps_its_signatures(real_models: Path) -> None:
    name = "tensorflow__tfjs/tfjs-node__test_objects__saved_model__module_with_multiple_signatures"
    artifact = read_keras_saved_model(real_models / name)
    assert artifact.architecture is None
    assert set(artifact.metadata["signatures"]) == {"timestwo", "serving_default"}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("tf.keras-2.11/module_plain", []),
        ("tf.keras-2.11/module_with_table", ["NoOp"]),
        ("tf.keras-1.15/estimator", ["group_deps"]),
        ("tf.keras-1.13/simple_save", []),
    ],
)
def test_only_initialisations_that_do_something(legacy_models: Path, case: str, expected: list[str]) -> None:
    assert read_saved_model(legacy_models / case / "saved_model").serving.initializers == expected


def test_tag_sets_and_ordered_keys_of_authentic_models(legacy_models: Path) -> None:
    built = read_saved_model(legacy_models / "tf.keras-1.15/builder/saved_model")
    assert [meta.tags for meta in built.meta_graphs] == [("serve",), ("serve", "gpu")]
    several = read_saved_model(legacy_models / "tf.keras-2.8/several_signatures/saved_model").serving
    assert len(several.signatures) > 1
    assert all(signature.inputs and signature.outputs for signature in several.signatures)


def test_assets_of_tf1_stand_in_a_collection(legacy_models: Path) -> None:
    model = read_saved_model(legacy_models / "tf.keras-1.15/builder/saved_model")
    assert model.serving.assets == ["colours.txt"]
    assert model.missing == []
