"""Artifacts are looked at in the sandboxed reader, and have the status that a run would give them."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner

from migrate.cli.report import report
from migrate.report.compatibility.gather import Looked
from migrate.report.compatibility.inspector import ContentInspector
from tests.conftest import LEGACY_MODELS
from tests.inspection.test_expectation import absent_files, bad_files


def test_damaged_file_failed_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40))
    found = list(ContentInspector().look(tmp_path, ["cut.h5"]))
    assert isinstance(found[0], Looked)
    assert found[0].artifact.status == "failed"
    assert found[0].artifact.findings


def test_a_folder_of_damaged_and_unfetched_files_is_not_ready(tmp_path: Path) -> None:
    folder = bad_files(tmp_path / "models")
    out = tmp_path / "report.json"
    result = CliRunner().invoke(report, [str(folder), "--out", str(out), "--fail-on", "error"])
    assert result.exit_code == 1, result.output
    assert "ready for Keras 3." not in result.output
    statuses = {row["path"]: row["status"] for row in json.loads(out.read_text())["models"]}
    assert statuses == {"model.h5": "failed", "x.keras": "failed", "y.h5": "blocked"}


def test_a_folder_of_names_without_models_is_not_ready(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    wanted = absent_files(folder)
    result = CliRunner().invoke(report, [str(folder), "--format", "json"])
    told = json.loads(result.output)
    codes = {row["path"]: {told["findings"][n]["code"] for n in row["entries"]} for row in told["models"]}
    assert {row["path"]: row["status"] for row in told["models"]} == {
        name: status.value for name, (status, _) in wanted.items()
    }
    assert all(code in codes[name] for name, (_, code) in wanted.items())
    assert not told["verdict"].startswith("Yes")


def test_weights_alone_are_blocked_and_name_what_they_need(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.hdf5", "w") as file:
        file.attrs["layer_names"] = [b"dense_1"]
        group = file.create_group("dense_1")
        group.attrs["weight_names"] = [b"dense_1/kernel:0"]
        group.create_dataset("dense_1/kernel:0", data=[[1.0]])
    assert ContentInspector().find(tmp_path, []) == ["w.hdf5"]
    looked = next(iter(ContentInspector().look(tmp_path, ["w.hdf5"])))
    assert isinstance(looked, Looked)
    assert looked.artifact.status == "blocked"
    assert looked.artifact.findings[0].hint


@pytest.mark.skipif(not LEGACY_MODELS.is_dir(), reason="legacy_models is not here")
def test_authentic_models_are_found_and_described() -> None:
    folder = LEGACY_MODELS / "keras-2.2.4"
    names = ContentInspector().find(folder, [])[:6]
    assert names
    for looked in ContentInspector().look(folder, names):
        assert isinstance(looked, Looked)
        assert looked.artifact.status in {"planned", "blocked", "unsafe"}
        assert looked.detail["layers"]
