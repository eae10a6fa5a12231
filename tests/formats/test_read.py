"""One entrance: dispatch by content, and weights paired with their architecture."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.pairing import core, find_architecture
from migrate.formats.read import read
from tests.formats.makers import (
    KERNEL,
    SEQUENTIAL,
    archive_weights,
    write_archive,
    write_hdf5_model,
    write_hdf5_weights,
)


@pytest.mark.parametrize(
    ("weights", "architecture"),
    [
        ("model.weights.h5", "model.json"),
        ("model_weights.h5", "model.json"),
        ("weights.h5", "model.json"),
        ("model.h5", "model.json"),
        ("ELU_0_weights.h5", "ELU_0_config.json"),
        ("net.hdf5", "net.yaml"),
        ("net-best-weights.hdf5", "net.json"),
        ("cnn_architecture.h5", "cnn.json"),
    ],
)
def test_pairs_by_stem(tmp_path: Path, weights: str, architecture: str) -> None:
    path = write_hdf5_weights(tmp_path / weights)
    (tmp_path / architecture).write_text(json.dumps(SEQUENTIAL) if architecture.endswith("json") else _yaml())
    (tmp_path / "other.json").write_text(json.dumps(SEQUENTIAL))
    artifact = read(path)
    assert artifact.architecture is not None
    assert artifact.metadata["architecture_source"] == str(tmp_path / architecture)


def _yaml() -> str:
    return "class_name: Sequential\nconfig:\n  name: s\n  layers: []\n"


def test_no_pair_when_two_files_fit(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "weights.h5")
    for name in ("model.json", "config.json"):
        (tmp_path / name).write_text(json.dumps(SEQUENTIAL))
    assert find_architecture(path) is None
    assert read(path).architecture is None


def test_alone_in_a_folder_layers_decide(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "checkpoint_best.h5")
    (tmp_path / "net.json").write_text(json.dumps(SEQUENTIAL))
    assert find_architecture(path) == tmp_path / "net.json"
    other = {"class_name": "Sequential", "config": {"layers": [], "name": "s"}}
    (tmp_path / "net.json").write_text(json.dumps(other))
    assert find_architecture(path) is None


def test_json_that_is_no_architecture_is_no_pair(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "m_weights.h5")
    (tmp_path / "m_config.json").write_text('{"batch_size": 32}')
    assert read(path).architecture is None


def test_the_named_architecture_wins(tmp_path: Path) -> None:
    path = write_hdf5_weights(tmp_path / "m.h5")
    (tmp_path / "m.json").write_text(json.dumps({"class_name": "Sequential", "config": []}))
    named = write_hdf5_model(tmp_path / "full.h5")
    assert read(path, named).architecture == SEQUENTIAL
    with pytest.raises(MigrationError) as caught:
        read(path, path)
    assert caught.value.code == "FMT004"


def test_version_of_a_pair_may_stand_in_the_architecture(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    path.write_bytes(archive_weights({"layers/dense/vars/0": KERNEL}))
    (tmp_path / "m.json").write_text(
        json.dumps(SEQUENTIAL | {"keras_version": "2.15.0", "backend": "tensorflow"})
    )
    writer = read(path).writer
    assert (writer.keras, writer.layout) == ("2.15.0", "2.15")
    assert "architecture" in writer.evidence


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model.weights.h5", ""),
        ("x_weights.h5", "x"),
        ("X.json", "x"),
        ("a_config.json", "a"),
        ("weights", ""),
    ],
)
def test_core_of_names(name: str, expected: str) -> None:
    assert core(name) == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FMT015"),
        (b"version https://git-lfs.github.com/spec/v1\n", "FMT026"),
        (b"just text\n", "FMT030"),
        (b'model_checkpoint_path: "x"\n', "FMT022"),
        (b"\x0a\x08\x0a\x01x\x12\x03Add", "FMT001"),
    ],
)
def test_refusals_carry_a_next_step(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    with pytest.raises(MigrationError) as caught:
        read(path)
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)


def test_pairs_of_real_projects(real_models: Path) -> None:
    for path in sorted((real_models / "golden").glob("*_weights.h5")):
        artifact = read(path)
        assert artifact.format is Format.HDF5_WEIGHTS
        assert artifact.architecture is not None, path


@pytest.mark.parametrize("kind", ["hdf5", "archive", "weights"])
def test_damage_anywhere_ends_in_a_refusal_or_an_artifact(tmp_path: Path, kind: str) -> None:
    """Bytes flipped, cut and repeated at random places: nothing but ``MigrationError`` may come out."""
    whole = tmp_path / "whole"
    if kind == "hdf5":
        write_hdf5_model(whole)
    elif kind == "archive":
        write_archive(whole, SEQUENTIAL, archive_weights({"layers/dense/vars/0": KERNEL}))
    else:
        whole.write_bytes(archive_weights({"layers/dense/vars/0": KERNEL}))
    data = whole.read_bytes()
    rng = random.Random(7)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(80):
        broken = bytearray(data)
        for _ in range(rng.choice((1, 3, 20))):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        if rng.random() < 0.3:
            del broken[rng.randrange(len(broken)) :]
        path = tmp_path / "broken"
        path.write_bytes(broken)
        try:
            read(path)
            outcomes["read"] += 1
        except MigrationError as error:
            assert error.message  # noqa: PT017 - a damaged file may also still be readable
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 0


def test_saved_model_beside_a_checkpoint_is_its_architecture(legacy_models: Path, tmp_path: Path) -> None:
    source = legacy_models / "tf.keras-2.8" / "checkpoint_beside"
    for name in ("model.ckpt", "model.ckpt.index"):
        assert find_architecture(source / name) == source / "saved_model"
    artifact = read(source / "model.ckpt")
    assert [layer.layer for layer in artifact.weights if layer.arrays] == [("dense",), ("norm",), ("top",)]
    for name in ("one", "two"):
        shutil.copytree(source / "saved_model", tmp_path / name)
    shutil.copy(source / "model.ckpt.index", tmp_path)
    assert find_architecture(tmp_path / "model.ckpt.index") is None
