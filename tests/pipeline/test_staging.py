"""What is staged of an artifact: its own files, on every file system, and nothing that a link leads to."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.pipeline.recordings import recording_in
from migrate.pipeline.request import Options
from migrate.pipeline.staging import _bring, _bring_folder, _bring_saved_model, _bring_tfjs, stage
from migrate.worlds.host.pool import Pool, Slot

MEMORY = Path("/dev/shm")


@pytest.fixture(params=["the same file system", "another file system"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.param == "the same file system":
        yield tmp_path / "slot"
        return
    if not os.access(MEMORY, os.W_OK) or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system to write to")
    import tempfile

    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder) / "slot"


def saved_model(folder: Path) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    (folder / "assets" / "words.txt").write_text("a\nb\n")
    return folder


def test_a_graph_with_another_name_brings_its_variables_and_nothing_else(
    tmp_path: Path, target: Path
) -> None:
    folder = saved_model(tmp_path / "downloads")
    (folder / "saved_model.pb").rename(folder / "net.pb")
    (folder / "variables").mkdir()
    (folder / "variables" / "variables.index").write_bytes(b"")
    (folder / "letter.txt").write_text("private")
    _bring_saved_model(folder / "net.pb", target)
    staged = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert staged == {"saved_model.pb", "variables/variables.index", "assets/words.txt"}


def test_a_plain_folder_is_staged_whole(tmp_path: Path, target: Path) -> None:
    source = saved_model(tmp_path / "model")
    (source / "assets" / "again.txt").symlink_to("words.txt")  # stays inside
    _bring_folder(source, target)
    assert (target / "assets" / "words.txt").read_text() == "a\nb\n"
    assert (target / "assets" / "again.txt").read_text() == "a\nb\n"
    assert not any(path.is_symlink() for path in target.rglob("*"))


@pytest.mark.parametrize("place", ["assets/words.txt", "saved_model.pb", "assets", "assets/extra"])
def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path, target: Path, place: str) -> None:
    secret = tmp_path / "private"
    secret.mkdir()
    (secret / "key").write_text("secret")
    source = saved_model(tmp_path / "model")
    link = source / place
    to = secret if place == "assets" else secret / "key"
    if place == "assets":
        (link / "words.txt").unlink()
        link.rmdir()
    else:
        link.unlink(missing_ok=True)
    link.symlink_to(to)
    with pytest.raises(MigrationError) as caught:
        _bring_folder(source, target)
    assert caught.value.code == "SEC006"
    assert not any(path.is_file() and path.read_bytes() == b"secret" for path in target.rglob("*"))


def test_a_pipe_is_no_file(tmp_path: Path, target: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    target.mkdir()
    with pytest.raises(MigrationError) as caught:
        _bring(tmp_path / "pipe", target / "pipe")
    assert caught.value.code == "FMT021"


def recorded(path: Path, **external: object) -> Path:
    with h5py.File(path, "w") as file:
        file["inputs/input_0"] = np.ones((1, 2), np.float32)
        file.create_dataset("predictions/output_0", (1, 2), np.float32, **external)
    return path


def test_a_recording_is_read_by_the_reader(tmp_path: Path, slot: Slot) -> None:
    """The control."""
    golden = recording_in(slot, recorded(tmp_path / "x_inputs_and_outputs.h5"))
    assert [array.shape for array in (*golden.inputs, *golden.outputs)] == [(1, 2), (1, 2)]


def test_a_recording_does_not_reach_outside(tmp_path: Path, slot: Slot) -> None:
    (tmp_path / "secret").write_bytes(b"12345678")
    path = recorded(tmp_path / "x_inputs_and_outputs.h5", external=[(str(tmp_path / "secret"), 0, 8)])
    with h5py.File(path) as file:
        assert file["predictions/output_0"][()].tobytes() == b"12345678"
    with pytest.raises(MigrationError) as caught:
        recording_in(slot, path)
    assert caught.value.code == "SEC003"


def test_a_recording_declares_no_more_than_it_stores(tmp_path: Path, slot: Slot) -> None:
    path = tmp_path / "x_inputs_and_outputs.h5"
    with h5py.File(path, "w") as file:
        file["inputs/input_0"] = np.ones((1, 2), np.float32)
        file.create_dataset("predictions/output_0", (1 << 31,), np.float32, chunks=(1 << 20,))
    with pytest.raises(MigrationError) as caught:
        recording_in(slot, path)
    assert caught.value.code == "SEC004"


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize(
    ("case", "part"),
    [
        ("tf.keras-2.8/custom_metric-savedmodel/saved_model", "variables/variables.index"),
        ("tf.keras-2.8/custom_metric-savedmodel/saved_model", "variables/variables.data-00000-of-00001"),
    ],
)
def test_a_part_that_was_never_fetched_is_named(
    legacy_models: Path, tmp_path: Path, pool: Pool, case: str, part: str
) -> None:
    folder = Path(shutil.copytree(legacy_models / case, tmp_path / "model"))
    (folder / part).write_bytes(POINTER)
    with pool.slot() as slot, pytest.raises(MigrationError) as caught:
        stage(folder, Options(), slot)
    assert caught.value.code == "FMT026"
    assert Path(part).name in caught.value.message


def test_a_link_of_git_annex_was_never_fetched(tmp_path: Path, pool: Pool) -> None:
    link = tmp_path / "model.h5"
    link.symlink_to("../.git/annex/objects/aa/bb/SHA256E-s9--abc.h5/SHA256E-s9--abc.h5")
    with pool.slot() as slot, pytest.raises(MigrationError) as caught:
        stage(link, Options(), slot)
    assert (caught.value.code, caught.value.hint) == ("FMT026", "Run `git annex get`.")


def test_what_is_staged_twice_is_not_written_into(tmp_path: Path, target: Path) -> None:
    """A staged file may be a link to the user's own: whatever comes under its name must leave that one as it was."""
    target.parent.mkdir(exist_ok=True)
    first, second = tmp_path / "first.h5", tmp_path / "second.h5"
    first.write_text("first")
    second.write_text("second")
    _bring(first, target)
    _bring(second, target)
    assert target.read_text() == "second"
    assert first.read_text() == "first"


def test_files_of_weights_keep_the_model_of_another_name(tmp_path: Path) -> None:
    model = {"modelTopology": {"class_name": "Sequential", "config": {"name": "m", "layers": []}}}
    entry = {"paths": ["model.json"], "weights": [{"name": "a/b", "shape": [1], "dtype": "float32"}]}
    text = json.dumps({**model, "weightsManifest": [entry]})
    path = tmp_path / "other.json"
    path.write_text(text)
    path.with_name("model.json").write_bytes(bytes(4))
    (tmp_path / "slot").mkdir()
    staged = _bring_tfjs(path, tmp_path / "slot" / "original")
    assert staged.read_text() == path.read_text() == text
    assert (
        staged.with_name("model.json").read_bytes() == path.with_name("model.json").read_bytes() == bytes(4)
    )
