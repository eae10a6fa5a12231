"""A worker that finds no room stops the run; a model that filled the disk itself is refused for its own sake."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from migrate.batch.events import Outcome
from migrate.batch.runner import _full_disk
from migrate.findings import MigrationError
from migrate.pipeline import migrate as pipeline
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.results import ArtifactResult
from migrate.worlds import scratch
from migrate.worlds.pool import Slot


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def _free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda path: Usage(1 << 30, 0, free))


def _refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> ArtifactResult:
    def refuse(*arguments: Any) -> ArtifactResult:
        raise MigrationError(code, "OSError: it was not written")

    monkeypatch.setattr(pipeline, "_migrate", refuse)
    slot = Slot(0, tmp_path, {})
    request = ArtifactRequest(tmp_path / "a.h5", "a.h5", tmp_path / "out", "a")
    return pipeline.migrate_artifact(request, Options(), slot)


@pytest.mark.parametrize("code", ["RUN005", "FMT021"])
def test_a_full_disk_is_asked_and_stops_the_run(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    _free(monkeypatch, 0)
    result = _refused(monkeypatch, tmp_path, code)
    assert [f.code for f in result.findings] == ["RUN011"]
    assert os.strerror(errno.ENOSPC) in _full_disk(Outcome(result), tmp_path / "out")


@pytest.mark.parametrize(("code", "free"), [("RUN005", scratch.ROOM), ("PAR001", 0)])
def test_other_failures_stay_what_they_are(
    code: str, free: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    _free(monkeypatch, free)
    result = _refused(monkeypatch, tmp_path, code)
    assert [f.code for f in result.findings] == [code]
    assert _full_disk(Outcome(result), tmp_path / "out") == ""


def test_what_an_artifact_wrote_itself_counts_as_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _free(monkeypatch, 0)
    assert scratch.shortage(tmp_path) is not None
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "arrays").write_bytes(os.urandom(scratch.ROOM))
    assert scratch.shortage(tmp_path) is None
    shutil.rmtree(tmp_path / "own")
