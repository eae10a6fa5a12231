"""Versions of a served model appear whole, count up, and ``latest`` follows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from migrate.findings import MigrationError
from migrate.pipeline.serving import add_version, point_latest, versions


def saved_model(folder: Path, text: str) -> Path:
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text(text)
    return folder


def test_versions_count_up_and_latest_follows(tmp_path: Path) -> None:
    base = tmp_path / "served" / "model"
    assert add_version(saved_model(tmp_path / "a", "a"), base) == 1
    assert add_version(saved_model(tmp_path / "b", "b"), base) == 2
    assert (base / "latest" / "saved_model.pb").read_text() == "b"
    assert os.readlink(base / "latest") == "2"
    assert (base / "1" / "saved_model.pb").read_text() == "a"
    assert sorted(child.name for child in base.iterdir()) == ["1", "2", "latest"]


def test_next_version_is_above_the_highest_and_gaps_stay(tmp_path: Path) -> None:
    base = tmp_path / "model"
    (base / "7").mkdir(parents=True)
    (base / "notes").mkdir()
    assert add_version(saved_model(tmp_path / "a", "a"), base) == 8
    assert versions(base) == [7, 8]


def test_rollback_is_one_rename(tmp_path: Path) -> None:
    base = tmp_path / "model"
    for text in "ab":
        add_version(saved_model(tmp_path / text, text), base)
    point_latest(base, 1)
    assert (base / "latest" / "saved_model.pb").read_text() == "a"


def test_writers_at_the_same_time_get_different_versions(tmp_path: Path) -> None:
    base = tmp_path / "model"
    source = saved_model(tmp_path / "a", "a")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: add_version(source, base), range(16)))
    assert sorted(found) == list(range(1, 17))
    assert all((base / str(n) / "saved_model.pb").read_text() == "a" for n in found)


def test_nothing_is_left_of_a_version_that_cannot_be_written(tmp_path: Path) -> None:
    base = tmp_path / "model"
    with pytest.raises(MigrationError) as caught:
        add_version(tmp_path / "missing", base)
    assert caught.value.code == "RUN011"
    assert list(base.iterdir()) == []
