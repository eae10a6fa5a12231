"""Discovery: what is an artifact, what belongs to it, what it is called, where its outputs go."""

from __future__ import annotations

import json
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from migrate.batch.scanner import Reader
from migrate.discovery import Candidate, discover, expand, folders
from migrate.findings import MigrationError
from migrate.formats import pairing
from migrate.formats.artifact import Format
from tests.batch.support import model
from tests.scan import exploits
from tests.scan.exploits import graph, node, saved_model, sequential


def find(*given: Path | str) -> dict[str, Candidate]:
    sources = expand([str(one) for one in given])
    with Reader([source.root for source in sources]) as reader:
        return {one.source: one for one in discover(sources, reader)}


def weights(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([b"dense"])
        file.create_group("dense").attrs["weight_names"] = np.array([b"dense/kernel:0"])
        file["dense/dense/kernel:0"] = np.zeros((1, 1))
    return path


def test_a_folder_of_everything(tmp_path: Path) -> None:
    model(tmp_path / "a" / "model.h5")
    exploits.h5_model(tmp_path / "a" / "no_suffix", sequential())
    exploits.archive(tmp_path / "b.keras", sequential())
    saved_model(tmp_path / "sm", graph(node("x", "Placeholder")))
    (tmp_path / "sm" / "variables").mkdir()
    (tmp_path / "sm" / "variables" / "variables.index").write_bytes(b"x")
    weights(tmp_path / "pair_weights.h5")
    (tmp_path / "pair.json").write_text(json.dumps(sequential()))
    (tmp_path / "a" / "model.golden.npz").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "lonely.json").write_text(json.dumps(sequential()))
    (tmp_path / "README.md").write_text("# words")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "cut.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "pointer.h5").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (tmp_path / "notes.txt").write_text("")
    found = find(tmp_path)
    assert {source: one.format for source, one in found.items()} == {
        "a/model.h5": Format.HDF5_MODEL,
        "a/no_suffix": Format.HDF5_MODEL,
        "b.keras": Format.KERAS_ARCHIVE,
        "cut.h5": Format.TRUNCATED,
        "lonely.json": Format.ARCHITECTURE_JSON,
        "pair_weights.h5": Format.HDF5_WEIGHTS,
        "pointer.h5": Format.GIT_LFS_POINTER,
        "sm": Format.SAVED_MODEL,
    }
    assert [path.name for path in found["a/model.h5"].companions] == ["model.golden.npz"]
    assert [path.name for path in found["pair_weights.h5"].companions] == ["pair.json"]


def test_what_is_named_outright_is_always_a_row(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    assert find(tmp_path / "notes.txt")["notes.txt"].format is Format.NOT_A_MODEL
    with pytest.raises(MigrationError, match="does not exist"):
        expand([str(tmp_path / "nothing")])


def test_patterns_name_relative_to_their_fixed_part(tmp_path: Path) -> None:
    for name in ("x/1/m.h5", "x/2/m.h5", "y/1/m.h5"):
        model(tmp_path / name, name)
    assert list(find(f"{tmp_path}/x/*/m.h5")) == ["1/m.h5", "2/m.h5"]
    assert list(find(f"{tmp_path}/**/1/m.h5")) == ["x/1/m.h5", "y/1/m.h5"]


def test_the_same_name_in_two_sources(tmp_path: Path) -> None:
    model(tmp_path / "x" / "m.h5", "1")
    model(tmp_path / "y" / "m.h5", "2")
    assert list(find(tmp_path / "x", tmp_path / "y")) == ["x/m.h5", "y/m.h5"]
    assert list(find(tmp_path / "x", tmp_path / "x" / "m.h5")) == ["m.h5"]


def test_output_folders_are_unique_and_stay() -> None:
    assert folders(["a/m.h5", "a/m.keras", "b/m.h5", ".hidden", "n.weights.h5"]) == {
        ".hidden": "hidden",
        "a/m.h5": "a/m-h5",
        "a/m.keras": "a/m-keras",
        "b/m.h5": "b/m",
        "n.weights.h5": "n",
    }
    assert folders(["a.h5", "a.keras"], {"a.keras": "a"}) == {"a.keras": "a", "a.h5": "a-h5"}
    steps = [f"m.ckpt-{step}.index" for step in (1, 2, 10)]
    assert list(folders(steps).values()) == ["m-ckpt-1-index", "m-ckpt-10-index", "m-ckpt-2-index"]


def test_thousands_of_pairs_in_one_folder_are_found_in_one_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        weights(tmp_path / f"m{number}_weights.h5")
        (tmp_path / f"m{number}.json").write_text(json.dumps(sequential()))
    listed: list[Path] = []
    listing = pairing._listed
    monkeypatch.setattr(pairing, "_listed", lambda folder: listed.append(folder) or listing(folder))
    found = find(tmp_path)
    assert len(found) == 60
    assert all(
        [path.name for path in one.companions] == [f"{name[:-11]}.json"] for name, one in found.items()
    )
    assert listed == [tmp_path]


def test_a_pattern_for_weights_finds_what_belongs_to_them(tmp_path: Path) -> None:
    weights(tmp_path / "pair_weights.h5")
    (tmp_path / "pair.json").write_text(json.dumps(sequential()))
    (one,) = find(f"{tmp_path}/*.h5").values()
    assert [path.name for path in one.companions] == ["pair.json"]


def test_ten_thousand_names_get_folders_at_once() -> None:
    names = [f"m{number}.h5" for number in range(10_000)]
    began = time.perf_counter()
    assert len(set(folders(names).values())) == len(names)
    assert time.perf_counter() - began < 2


def test_a_link_in_a_circle_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    weights(tmp_path / "pair_weights.h5")
    (tmp_path / "pair.json").write_text(json.dumps(sequential()))
    (tmp_path / "circle.json").symlink_to("circle.json")
    (tmp_path / "circle.h5").symlink_to("circle.h5")
    found = find(tmp_path)
    assert found["pair_weights.h5"].companions == (tmp_path / "pair.json",)
    assert set(found) == {"pair_weights.h5", "circle.h5"}
    assert "symbolic links" in find(tmp_path / "circle.h5")["circle.h5"].problem
