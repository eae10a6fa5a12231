"""Which files of a tree a report counts."""

from __future__ import annotations

from pathlib import Path

from migrate.report.compatibility.scanner import scan


def test_files_that_are_ready_count_and_others_do_not(tmp_path: Path) -> None:
    (tmp_path / "ready.py").write_text("import keras\n\nmodel = keras.Sequential()\n")
    (tmp_path / "old.py").write_text("from keras.layers.core import Dense\n")
    (tmp_path / "other.py").write_text("import json\n")
    found = {file.path: file.changed for file in scan(tmp_path, []).files}
    assert found == {"old.py": True, "ready.py": False}
