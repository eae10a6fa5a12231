"""A vocabulary that was given as a file: its words come from the SavedModel's asset, never from the path."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from migrate.findings import Status
from migrate.formats.saved_model.keras import read_keras_saved_model
from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.scan.files import is_unsafe, scan_artifact
from migrate.worlds.host.pool import Slot
from tests.conftest import LEGACY_MODELS

CASES = ("tf.keras-2.8/vocabulary_asset", "tf.keras-2.13/vocabulary_asset")


def lookup_of(folder: Path) -> dict[str, object]:
    architecture = read_keras_saved_model(folder).architecture
    assert architecture is not None
    layers = {layer["config"]["name"]: layer["config"] for layer in architecture["config"]["layers"]}
    found: dict[str, object] = layers["lookup"]
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_scan_warns_and_the_reader_takes_the_asset(case: str, tmp_path: Path) -> None:
    folder = LEGACY_MODELS / case / "saved_model"
    findings = [f for f in scan_artifact(folder) if f.code == "SEC012"]
    assert findings
    assert not is_unsafe(findings)
    assert "assets/colours.txt" in findings[0].message
    assert lookup_of(folder)["vocabulary"] == ["red", "green", "blue"]


@pytest.mark.parametrize("case", CASES)
def test_without_the_asset_or_with_another_the_path_is_unsafe(case: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(LEGACY_MODELS / case / "saved_model", folder)
    (folder / "assets" / "colours.txt").rename(folder / "assets" / "other.txt")
    assert is_unsafe([f for f in scan_artifact(folder) if f.code == "SEC012"])


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_words_of_the_asset_are_migrated_whatever_lies_at_the_path(
    case: str, slot: Slot, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(LEGACY_MODELS / case / "saved_model", folder)
    (folder / "assets" / "colours.txt").write_text("cyan\nlilac\nochre\n")
    result = migrate_artifact(ArtifactRequest(folder, case, tmp_path / "out", "model"), Options(), slot)
    assert result.status is Status.MIGRATED, result.findings
    assert {f.code for f in result.findings if f.code != "OPT020"} == {"SEC012"}
    with zipfile.ZipFile(tmp_path / "out/model/model.keras") as archive:
        config = archive.read("config.json").decode()
        assert "lilac" in config + "".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".txt")
        )
    assert "colours.txt" not in config


@pytest.mark.slow
def test_an_archive_that_names_a_file_has_no_words(slot: Slot, tmp_path: Path) -> None:
    """Keras 2.12 to 2.15 store assets of a layer that learned its words, and none of one that was given a file."""
    path = LEGACY_MODELS / "tf.keras-2.13/vocabulary_file-keras/model.keras"
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if name.startswith("assets")]
    trusted = migrate_artifact(ArtifactRequest(path, "m", tmp_path, "model"), Options(trust=True), slot)
    assert trusted.status is Status.FAILED
    refusal = trusted.findings[-1]
    assert (refusal.code, "SavedModel" in refusal.hint) == ("CFG083", True)
