"""Weights of Hugging Face's transformers are told by the configuration beside them, with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.formats.read import read
from migrate.formats.transformers import transformers_model
from migrate.inspection.layered import layer_obstacles

CONFIG = {
    "architectures": ["BertForTokenClassification"],
    "model_type": "bert",
    "transformers_version": "4.20.1",
}


def write(folder: Path, config: object, name: str = "tf_model.h5") -> Path:
    import h5py

    folder.joinpath("config.json").write_text(json.dumps(config))
    with h5py.File(folder / name, "w") as file:
        file.attrs["layer_names"] = [b"bert"]
        group = file.create_group("bert")
        group.attrs["weight_names"] = [b"tf_bert/bert/kernel:0"]
        group["tf_bert/bert/kernel:0"] = [[1.0, 2.0]]
    return folder / name


def test_the_class_and_its_version_are_named(tmp_path: Path) -> None:
    found = transformers_model(write(tmp_path, CONFIG))
    assert found is not None
    assert (found.name, found.version) == ("TFBertForTokenClassification", "4.20.1")
    (finding,) = layer_obstacles(read(tmp_path / "tf_model.h5", values=False))
    assert finding.code == "FMT004"
    assert "TFBertForTokenClassification" in finding.message
    assert "saved_model=True" in finding.hint


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"units": 3}, "tf_model.h5"),
        (CONFIG, "weights.h5"),
        ([], "tf_model.h5"),
        ({"model_type": "bert", "architectures": 3}, "tf_model.h5"),
    ],
)
def test_other_folders_are_not_theirs(config: object, name: str, tmp_path: Path) -> None:
    assert transformers_model(write(tmp_path, config, name)) is None
