"""What is done to the copy of a repository, and the commits that it becomes."""

from __future__ import annotations

from pathlib import Path

from migrate.repository.joins.join import Joins
from migrate.repository.snapshot import Snapshot
from migrate.repository.work import Work
from tests.repository.support import write


def test_old_artifacts_go_unless_something_names_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.h5": "1", "b.h5": "1", "own.h5": "1", "served/saved_model.pb": "1", "served/variables/x": "1"},
    )
    snapshot = Snapshot(tmp_path, tmp_path, None, frozenset({"own.h5"}), {})
    work = Work(snapshot, tmp_path)
    work.remove(["a.h5", "b.h5", "own.h5", "served"], Joins(named={"b.h5"}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.h5", "own.h5"]
    assert [sorted(commit.files.items()) for commit in work.commits] == [
        [("a.h5", None), ("served/saved_model.pb", None), ("served/variables/x", None)]
    ]


def test_nothing_to_remove_is_no_commit(tmp_path: Path) -> None:
    write(tmp_path, {"a.h5": "1"})
    work = Work(Snapshot(tmp_path, tmp_path, None, frozenset(), {}), tmp_path)
    work.remove(["a.h5"], Joins(named={"a.h5"}))
    assert work.commits == []
