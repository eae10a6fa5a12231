"""What an artifact is the same by: all of its files, and what belongs to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.batch.keys import Hasher, keys_of
from migrate.batch.ledger import Ledger
from migrate.batch.options import BatchOptions
from migrate.batch.run import run_batch
from migrate.formats.checkpoint.reader import read_checkpoint
from migrate.pipeline.request import Options
from tests.batch.support import ROOT, statuses
from tests.test_discovery import find

WHOLE = ROOT / "legacy_models" / "tf.keras-2.8" / "checkpoint_weights"
WITHOUT_DATA = ROOT / "legacy_models" / "broken" / "checkpoint_without_data"


def keys(folder: Path, options: Options = Options()) -> dict[str, tuple[str, str]]:  # noqa: B008
    ledger = Ledger(Path(":memory:"))
    try:
        return keys_of(list(find(folder).values()), Hasher(ledger), options)
    finally:
        ledger.close()


def test_settings_beside_weights_count_where_code_is_asked(tmp_path: Path) -> None:
    shutil.copyfile(
        ROOT / "legacy_models" / "tf.keras-2.8" / "mlp-json" / "model.weights.h5", tmp_path / "w.h5"
    )
    asked = Options(source=(tmp_path,))
    before, plain = keys(tmp_path, asked), keys(tmp_path)
    (tmp_path / "settings.yaml").write_text("units: 3\n")
    assert keys(tmp_path) == plain
    assert keys(tmp_path, asked) != before


def test_a_file_that_appears_after_the_look_is_no_part_of_the_key(tmp_path: Path) -> None:
    served = ROOT / "legacy_models" / "tf.keras-2.11" / "module_parsing" / "saved_model"
    shutil.copytree(served, tmp_path / "m")
    (tmp_path / "m" / "saved_model.pb").rename(tmp_path / "m" / "frozen.pb")
    candidates = list(find(tmp_path).values())
    ledger = Ledger(Path(":memory:"))
    try:
        before = keys_of(candidates, Hasher(ledger), Options())
        (tmp_path / "m" / "keras_metadata.pb").write_bytes(b"of a writer that has not finished")
        assert keys_of(candidates, Hasher(ledger), Options()) == before
    finally:
        ledger.close()
    assert keys(tmp_path) != before


@pytest.mark.parametrize("option", ["source", "architecture"])
def test_a_file_that_the_code_reads_counts_once_it_is_there(option: str, tmp_path: Path) -> None:
    weights = tmp_path / "weights" / "of" / "w.h5"
    weights.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "legacy_models" / "tf.keras-2.8" / "mlp-json" / "model.weights.h5", weights)
    code = tmp_path / "code" / "net.py"
    code.parent.mkdir()
    code.write_text("def build():\n    return json.load(open('layers.json'))\n")
    asked = (
        Options(architecture=f"{code}:build") if option == "architecture" else Options(source=(code.parent,))
    )
    absent = keys(tmp_path, asked)
    (code.parent / "other.json").write_text("{}")
    assert keys(tmp_path, asked) == absent
    (code.parent / "layers.json").write_text("[3]")
    there = keys(tmp_path, asked)
    assert there != absent
    (code.parent / "layers.json").write_text("[4]")
    assert keys(tmp_path, asked) not in (absent, there)


def checkpoint(folder: Path) -> Path:
    shutil.copytree(WHOLE, folder)
    return folder


@pytest.mark.parametrize(
    "name", ["model.ckpt.index", "model.ckpt.data-00000-of-00001", "model.json", "model.golden.npz"]
)
def test_each_file_of_a_checkpoint_counts(tmp_path: Path, name: str) -> None:
    folder = checkpoint(tmp_path / "a")
    before = keys(folder)["model.ckpt.index"]
    file = folder / name
    if name == "model.json":
        file.write_text(file.read_text().replace('"trainable": true', '"trainable":  true'))
    else:
        data = bytearray(file.read_bytes())
        data[20] ^= 1
        file.write_bytes(data)
    after = keys(folder)["model.ckpt.index"]
    assert after[0] != before[0]
    assert (after[1] != before[1]) == (".ckpt" in name)  # companions are no part of the source's own hash


def test_a_missing_shard_is_another_content(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "a")
    before = keys(folder)["model.ckpt.index"]
    (folder / "model.ckpt.data-00000-of-00001").unlink()
    assert keys(folder)["model.ckpt.index"] != before


def test_the_reader_hashes_what_the_batch_does(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "a")
    hashed = keys(folder)["model.ckpt.index"][1]
    assert read_checkpoint(folder / "model.ckpt.index").sha256 == hashed
    for file in folder.glob("model.ckpt.*"):
        file.rename(file.with_name(file.name.replace("model", "other")))
    (folder / "checkpoint").unlink()
    assert keys(folder)["other.ckpt.index"][1] == hashed  # the prefix is no content


def test_a_checkpoint_is_as_large_as_all_its_files(tmp_path: Path) -> None:
    found = find(checkpoint(tmp_path / "a"))["model.ckpt.index"]
    assert found.size == sum(file.stat().st_size for file in (tmp_path / "a").glob("model.ckpt.*"))
    assert {path.name for path in found.companions} == {"model.json", "model.golden.npz"}


@pytest.mark.slow
def test_an_index_without_data_is_not_the_checkpoint_it_came_from(tmp_path: Path) -> None:
    """Two artifacts with the same index: one is whole, of the other only that is left."""
    checkpoint(tmp_path / "in" / "whole")
    shutil.copytree(WITHOUT_DATA, tmp_path / "in" / "broken")
    report = run_batch([str(tmp_path / "in")], tmp_path / "out", BatchOptions(jobs=1))
    assert statuses(report) == {"broken/model.ckpt.index": "failed", "whole/model.ckpt.index": "migrated"}
    broken, whole = report.artifacts
    assert [finding.code for finding in broken.findings] == ["FMT022"]
    assert whole.parity is not None
    assert whole.parity.evidence == "golden"


BESIDE = ROOT / "legacy_models" / "tf.keras-2.8" / "checkpoint_beside"


def without_proto_of(folder: Path) -> Path:
    """Another SavedModel of the same kind in place of the one beside a checkpoint."""
    other = ROOT / "legacy_models" / "tf.keras-2.8" / "registered-savedmodel" / "saved_model"
    shutil.rmtree(folder / "saved_model")
    shutil.copytree(other, folder / "saved_model")
    return folder


def test_the_saved_model_beside_a_checkpoint_counts(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shutil.copytree(BESIDE, folder)
    before = keys(folder)["model.ckpt.index"]
    assert folder / "saved_model" in find(folder)["model.ckpt.index"].companions
    after = keys(without_proto_of(folder))["model.ckpt.index"]
    assert after[0] != before[0]
    assert after[1] == before[1]
    shutil.copytree(BESIDE / "saved_model", folder / "second")  # of two none is the architecture
    assert keys(folder)["model.ckpt.index"][0] not in (before[0], after[0])


def test_an_architecture_in_a_text_comes_before_a_saved_model(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "a")
    shutil.copytree(BESIDE / "saved_model", folder / "saved_model")
    assert {path.name for path in find(folder)["model.ckpt.index"].companions} == {
        "model.json",
        "model.golden.npz",
    }


@pytest.mark.slow
def test_a_changed_saved_model_redoes_the_checkpoint_that_takes_its_layers_from_it(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(BESIDE, folder)
    first = run_batch([str(folder / "model.ckpt.index")], tmp_path / "out", BatchOptions(jobs=1))
    assert statuses(first) == {"model.ckpt.index": "migrated"}
    without_proto_of(folder)
    second = run_batch([str(folder / "model.ckpt.index")], tmp_path / "out", BatchOptions(jobs=1))
    assert statuses(second) == {"model.ckpt.index": "failed"}, "its layers are no longer those of the weights"
