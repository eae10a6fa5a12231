"""Outputs appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.findings import MigrationError, Status
from migrate.pipeline.progress import Progress
from migrate.pipeline.publish import must_be_free, publish
from migrate.pipeline.request import ArtifactRequest
from migrate.pipeline.result import artifact_result, migration_record
from migrate.results import MigrationRecord, Outputs


def record(out: Path) -> MigrationRecord:
    request = ArtifactRequest(out / "m.h5", "m.h5", out, "m")
    result = artifact_result(request, Progress(), Status.UNVERIFIED, Outputs(), 0.1)
    return migration_record(Progress(), result, [], {})


def part(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_parts_and_record_arrive_together(tmp_path: Path) -> None:
    made = part(tmp_path / "scratch", "model.keras", "new")
    publish(tmp_path / "out" / "m", {"model.keras": made}, record(tmp_path))
    assert sorted(p.name for p in (tmp_path / "out" / "m").iterdir()) == ["migration.json", "model.keras"]
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["m"]


def test_a_missing_part_leaves_the_old_output_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "out" / "m"
    part(tmp_path / "scratch", "model.keras", "old")
    publish(target, {"model.keras": tmp_path / "scratch" / "model.keras"}, record(tmp_path))
    with pytest.raises(MigrationError) as caught:
        publish(target, {"model.keras": tmp_path / "scratch" / "gone"}, record(tmp_path))
    assert caught.value.code == "RUN011"
    assert (target / "model.keras").read_text() == "old"
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["m"]


def test_existing_output_needs_force(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    must_be_free(tmp_path / "m", force=True)
    with pytest.raises(MigrationError) as caught:
        must_be_free(tmp_path / "m", force=False)
    assert caught.value.code == "RUN010"
    assert "--force" in caught.value.hint


def test_a_planted_link_is_refused(tmp_path: Path) -> None:
    secret = part(tmp_path / "elsewhere", "secret", "s")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "model.keras").symlink_to(secret)
    with pytest.raises(MigrationError) as caught:
        publish(
            tmp_path / "out" / "m", {"model.keras": tmp_path / "scratch" / "model.keras"}, record(tmp_path)
        )
    assert caught.value.code == "RUN004"
    assert not (tmp_path / "out").exists()
