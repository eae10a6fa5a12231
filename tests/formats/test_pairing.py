"""Which architecture belongs to which checkpoint, where the names say nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from migrate.formats.pairing import find_architecture
from migrate.worlds.contracts.reader import Pair
from migrate.worlds.host.answers import pair_of
from migrate.worlds.reader.handlers import pair
from tests.conftest import LEGACY_MODELS

CASE = LEGACY_MODELS / "tf.keras-2.8" / "checkpoint_weights"
OTHER = LEGACY_MODELS / "tf.keras-2.8" / "mlp-json" / "model.json"


def epochs(folder: Path) -> Path:
    """Checkpoints of two epochs as ``ModelCheckpoint`` names them, and the architecture."""
    folder.mkdir()
    for epoch in ("cp-0001.ckpt", "cp-0002.ckpt"):
        for file in CASE.glob("model.ckpt.*"):
            shutil.copyfile(file, folder / file.name.replace("model.ckpt", epoch))
    shutil.copyfile(CASE / "model.json", folder / "model.json")
    return folder


def test_each_epoch_belongs_to_the_only_architecture(tmp_path: Path) -> None:
    folder = epochs(tmp_path / "a")
    for name in ("cp-0001.ckpt.index", "cp-0002.ckpt.index", "cp-0002.ckpt"):
        assert find_architecture(folder / name) == folder / "model.json"


def test_another_models_architecture_is_not_taken(tmp_path: Path) -> None:
    folder = epochs(tmp_path / "a")
    shutil.copyfile(OTHER, folder / "model.json")
    assert find_architecture(folder / "cp-0001.ckpt.index") is None


def test_of_two_architectures_none_is_taken(tmp_path: Path) -> None:
    folder = epochs(tmp_path / "a")
    shutil.copyfile(CASE / "model.json", folder / "second.json")
    assert find_architecture(folder / "cp-0001.ckpt.index") is None


def test_a_smaller_architecture_is_not_taken(tmp_path: Path) -> None:
    """Every variable of the checkpoint must have its layer: part of a model is another model."""
    folder = epochs(tmp_path / "a")
    root = json.loads((folder / "model.json").read_text())
    layers = root["config"]["layers"]
    (top,) = (layer for layer in layers if layer["name"] == "top")
    layers.remove(top)
    root["config"]["output_layers"] = [["norm", 0, 0]]
    (folder / "model.json").write_text(json.dumps(root))
    assert find_architecture(folder / "cp-0001.ckpt.index") is None


def test_an_architecture_of_other_weights_is_not_taken(tmp_path: Path) -> None:
    folder = epochs(tmp_path / "a")
    shutil.copyfile(
        LEGACY_MODELS / "tf.keras-2.8" / "mlp-json" / "model.weights.h5", folder / "model.weights.h5"
    )
    assert find_architecture(folder / "cp-0001.ckpt.index") is None


def test_a_folder_before_dots_is_not_above(tmp_path: Path) -> None:
    """``here/../there/cp.ckpt`` has nothing to do with what lies in ``here``; what is above ``there`` is found."""
    there = epochs(tmp_path / "there")
    (tmp_path / "here").mkdir()
    architecture = (there / "model.json").rename(tmp_path / "here" / "model.json")
    checkpoint = tmp_path / "here" / ".." / "there" / "cp-0001.ckpt"
    assert find_architecture(checkpoint) is None
    above = shutil.copyfile(architecture, tmp_path / "model.json")
    assert find_architecture(checkpoint) == above
    assert pair_of(checkpoint, pair(Pair(checkpoint), tmp_path)) == above
