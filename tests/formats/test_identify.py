"""Every kind is told by its content, whatever its name."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.superblock import superblock_offset
from migrate.scan import scan_artifact
from tests.formats.makers import (
    KERNEL,
    SEQUENTIAL,
    archive_weights,
    archive_with_weights_at,
    write_archive,
    write_hdf5_model,
    write_hdf5_weights,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m.model", "m.hdf", "m", "m.pkl", "m.ckpt"])
def test_hdf5_model_under_any_name(tmp_path: Path, name: str) -> None:
    assert identify(write_hdf5_model(tmp_path / name)).format is Format.HDF5_MODEL


def test_hdf5_behind_a_user_block(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", userblock_size=1024) as file:
        file.attrs["layer_names"] = [b"dense"]
    assert identify(path).format is Format.HDF5_WEIGHTS


def test_both_layouts_of_weights_under_one_name(tmp_path: Path) -> None:
    old = write_hdf5_weights(tmp_path / "a.weights.h5")
    new = tmp_path / "b.weights.h5"
    new.write_bytes(archive_weights({"layers/dense/vars/0": KERNEL}, ("vars",)))
    assert identify(old).format is Format.HDF5_WEIGHTS
    assert identify(new).format is Format.WEIGHTS_ARCHIVE


def test_archive_without_suffix(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "model", SEQUENTIAL, archive_weights({"layers/dense/vars/0": KERNEL}))
    assert identify(path).format is Format.KERAS_ARCHIVE


@pytest.mark.parametrize("start", [512, 1024, 4096])
def test_archive_whose_weights_begin_where_hdf5_looks(tmp_path: Path, start: int) -> None:
    path = archive_with_weights_at(tmp_path / "m.keras", start)
    with path.open("rb") as stream:
        assert superblock_offset(stream, path.stat().st_size) == start
    assert identify(path).format is Format.KERAS_ARCHIVE
    assert not [f for f in scan_artifact(path) if f.code == "SEC006"]


def test_another_member_that_begins_where_hdf5_looks_misleads(tmp_path: Path) -> None:
    path = archive_with_weights_at(tmp_path / "m.keras", 1024, "other.h5")
    assert identify(path).format is not Format.KERAS_ARCHIVE
    assert "SEC006" in {f.code for f in scan_artifact(path)}


@pytest.mark.parametrize("times", [0, 1, 2])
def test_architecture_encoded_up_to_twice_more(tmp_path: Path, times: int) -> None:
    text = json.dumps(SEQUENTIAL)
    for _ in range(times):
        text = json.dumps(text)
    path = tmp_path / "a.txt"
    path.write_text(text)
    assert identify(path).format is Format.ARCHITECTURE_JSON


def test_architecture_in_yaml(tmp_path: Path) -> None:
    path = tmp_path / "arch"
    path.write_text("backend: tensorflow\nclass_name: Sequential\nconfig: []\n")
    assert identify(path).format is Format.ARCHITECTURE_YAML


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Format.TRUNCATED),
        (bytes(4096), Format.TRUNCATED),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", Format.GIT_LFS_POINTER),
        (b"../.git/annex/objects/x", Format.GIT_LFS_POINTER),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), Format.TRUNCATED),
        (b"PK\x03\x04" + bytes(100), Format.TRUNCATED),
        (b"<!DOCTYPE html><html></html>", Format.NOT_A_MODEL),
        (b'{"a": 1}', Format.NOT_A_MODEL),
        (b'{"class_name": ', Format.NOT_A_MODEL),
        (PNG, Format.NOT_A_MODEL),
        (b"\x80\x04\x95abc", Format.NOT_A_MODEL),
        (b"\x93NUMPY", Format.NOT_A_MODEL),
        (b"\x00\x00\x00\x00TFL3", Format.NOT_A_MODEL),
        (b"hello\n", Format.NOT_A_MODEL),
        ("caf\u00e9 " .encode() * 20000, Format.NOT_A_MODEL),
        (b'model_checkpoint_path: "ckpt-1"\n', Format.CHECKPOINT),
    ],
)  # fmt: skip
def test_content_decides(tmp_path: Path, content: bytes, expected: Format) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    assert identify(path).format is expected


def test_cut_files_are_truncated(tmp_path: Path) -> None:
    hdf5 = write_hdf5_model(tmp_path / "m.h5").read_bytes()
    archive = write_archive(
        tmp_path / "m.keras", SEQUENTIAL, archive_weights({"vars/0": KERNEL})
    ).read_bytes()
    for data in (hdf5, archive):
        cut = tmp_path / "cut"
        cut.write_bytes(data[: len(data) // 2])
        assert identify(cut).format is Format.TRUNCATED


def test_foreign_zips_and_hdf5(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "torch.zip", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    np.savez(tmp_path / "a.npz", KERNEL)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = KERNEL
    with h5py.File(tmp_path / "golden.h5", "w") as file:
        file.attrs["inputs"] = [b"a"]
        file.attrs["outputs"] = [b"b"]
    assert identify(tmp_path / "torch.zip").detail == "a PyTorch model"
    assert identify(tmp_path / "a.npz").format is Format.NOT_A_MODEL
    assert identify(tmp_path / "other.h5").format is Format.HDF5_OTHER
    assert identify(tmp_path / "golden.h5").format is Format.HDF5_GOLDEN


def test_directories(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    (saved / "variables").mkdir(parents=True)
    assert identify(saved).format is Format.TRUNCATED
    (saved / "saved_model.pb").write_bytes(b"")
    assert identify(saved).format is Format.SAVED_MODEL
    checkpoint = tmp_path / "ckpt"
    checkpoint.mkdir()
    assert identify(checkpoint).format is Format.NOT_A_MODEL
    (checkpoint / "checkpoint").write_text("")
    assert identify(checkpoint).format is Format.CHECKPOINT


def test_annexed_link_that_was_not_fetched(tmp_path: Path) -> None:
    link = tmp_path / "m.h5"
    link.symlink_to(".git/annex/objects/aa/bb/key")
    assert identify(link).format is Format.GIT_LFS_POINTER


def test_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationError) as caught:
        identify(tmp_path / "nothing.h5")
    assert caught.value.code == "FMT021"


def test_real_models_are_all_recognised(real_models: Path) -> None:
    lines = (real_models / "INDEX.tsv").read_text().splitlines()
    columns = lines[0].split("\t")
    kinds = {
        "h5-full": Format.HDF5_MODEL,
        "h5-weights": Format.HDF5_WEIGHTS,
        "h5-other": Format.HDF5_GOLDEN,
        "keras-zip": Format.KERAS_ARCHIVE,
        "json": Format.ARCHITECTURE_JSON,
        "arch-hint-json": Format.NOT_A_MODEL,
        "savedmodel": Format.SAVED_MODEL,
        "ckpt": Format.CHECKPOINT,
    }
    for line in lines[1:]:
        row = dict(zip(columns, line.split("\t"), strict=False))
        assert identify(real_models / row["path"]).format is kinds[row["format"]], row["path"]


def test_neither_framework_is_imported(tmp_path: Path) -> None:
    path = write_hdf5_model(tmp_path / "m.h5")
    code = (
        "import sys\nfrom pathlib import Path\nfrom migrate.formats.identify import identify\n"
        f"identify(Path({str(path)!r}))\n"
        "bad = {'tensorflow', 'keras', 'tf_keras', 'jax', 'torch'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
