"""Arrays extracted under stable names."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import load_file

from migrate.cli.weights import weights
from migrate.findings import MigrationError
from migrate.formats.extract import extract, stable_name
from tests.formats import protos
from tests.formats.makers import BIAS, KERNEL, write_hdf5_model

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    arrays: dict[str, np.ndarray | bytes] = {
        f"dense/kernel{SUFFIX}": KERNEL,
        f"dense/kernel/.OPTIMIZER_SLOT/optimizer/m{SUFFIX}": KERNEL + 1,
        "table/.ATTRIBUTES/table-keys": b"a",
        f"half{SUFFIX}": np.array([0x3F80], np.uint16).view("V2"),
    }
    return protos.bundle(tmp_path / "c" / "m.ckpt", arrays)


def test_names() -> None:
    assert stable_name(f"a/b{SUFFIX}") == "a/b"
    assert stable_name(f"a/b/.OPTIMIZER_SLOT/optimizer/m{SUFFIX}") == "optimizer/m/a/b"
    assert stable_name("t/.ATTRIBUTES/table-keys") == "t/table-keys"
    assert stable_name("dense/kernel/Adam") == "dense/kernel/Adam"
    assert stable_name("dense/kernel/Adam", {"dense/kernel"}) == "optimizer/Adam/dense/kernel"


def test_hdf5(checkpoint: Path, tmp_path: Path) -> None:
    done = extract(checkpoint, tmp_path / "w.h5")
    assert done.left_out == []
    assert "optimizer/m/dense/kernel" in [array.name for array in done.arrays]
    with h5py.File(tmp_path / "w.h5") as file:
        np.testing.assert_array_equal(file["dense/kernel"][()], KERNEL)
        assert file["dense/kernel"].attrs["key"] == f"dense/kernel{SUFFIX}"
        assert file["table/table-keys"].asstr()[()] == "a"
        np.testing.assert_array_equal(file["half"][()], np.ones(1, np.float32))


def test_safetensors_read_by_the_library(checkpoint: Path, tmp_path: Path) -> None:
    done = extract(checkpoint, tmp_path / "w.safetensors", optimizer=False)
    found = load_file(tmp_path / "w.safetensors")
    assert sorted(found) == ["dense/kernel", "half"]
    np.testing.assert_array_equal(found["dense/kernel"], KERNEL)
    assert [finding.place for finding in done.left_out] == ["table/.ATTRIBUTES/table-keys"]


def test_layers_of_a_model(tmp_path: Path) -> None:
    extract(write_hdf5_model(tmp_path / "m.h5"), tmp_path / "w.safetensors")
    found = load_file(tmp_path / "w.safetensors")
    assert sorted(found) == ["dense/bias", "dense/kernel"]
    np.testing.assert_array_equal(found["dense/bias"], BIAS)


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    source, out = write_hdf5_model(tmp_path / "m.h5"), tmp_path / "w.h5"
    out.write_text("mine")
    with pytest.raises(MigrationError):
        extract(source, out)
    assert out.read_text() == "mine"
    extract(source, out, force=True)
    assert h5py.is_hdf5(out)


def test_failure_leaves_nothing_behind(checkpoint: Path, tmp_path: Path) -> None:
    checkpoint.with_name("m.ckpt.data-00000-of-00001").write_bytes(b"")
    with pytest.raises(MigrationError):
        extract(checkpoint, tmp_path / "out" / "w.safetensors", optimizer=False)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "case", ["tf.keras-1.15/checkpoint_graph/model.ckpt-3", "tf.keras-2.15/checkpoint_training/model.ckpt-3"]
)
def test_authentic_checkpoints_in_both_formats(legacy_models: Path, tmp_path: Path, case: str) -> None:
    done = extract(legacy_models / case, tmp_path / "w.safetensors")
    extract(legacy_models / case, tmp_path / "w.h5")
    found = load_file(tmp_path / "w.safetensors")
    assert len(found) == len(done.arrays) > 5
    with h5py.File(tmp_path / "w.h5") as file:
        for name, values in found.items():
            np.testing.assert_array_equal(file[name][()], values)


def test_command(tmp_path: Path) -> None:
    source = write_hdf5_model(tmp_path / "m.h5")
    runner = CliRunner()
    result = runner.invoke(weights, [str(source), "--out", str(tmp_path / "w.h5"), "--json"])
    assert result.exit_code == 0
    assert [row["name"] for row in json.loads(result.output)["arrays"]] == ["dense/bias", "dense/kernel"]
    assert runner.invoke(weights, [str(source), "--out", str(tmp_path / "w.h5")]).exit_code == 2
    assert runner.invoke(weights, [str(source), "--out", str(tmp_path / "w.txt")]).exit_code == 2
    assert "dense/kernel" in runner.invoke(weights, [str(source), "--out", str(tmp_path / "v.h5")]).output
