"""What a loader understands in another spelling is found in that spelling, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.scan import scan_artifact
from migrate.scan.files import scan_one
from tests.scan.hidden import FORMS


@pytest.mark.parametrize("name", FORMS)
def test_the_disguise_changes_nothing(tmp_path: Path, name: str) -> None:
    code, plain, hidden = FORMS[name]
    for kind, build in (("plain", plain), ("hidden", hidden)):
        folder = tmp_path / kind
        folder.mkdir()
        path = build(folder)
        assert code in {finding.code for finding in scan_artifact(path)}, kind
        assert scan_one(path).verdict == ("warning" if code in ("SEC013", "SEC014") else "unsafe")
        assert not (folder / "marker").exists()
