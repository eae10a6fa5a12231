"""The project under ``projects`` has tests of its own; they run where it is copied to."""

from pathlib import Path

import pytest

collect_ignore_glob = ["projects/*"]


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The key that journals are sealed with is not that of who runs the tests."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder
