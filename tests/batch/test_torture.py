"""The torture of the real pipeline in its short form; ``scripts/torture.py`` has all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.support import ROOT


@pytest.mark.slow
def test_what_is_killed_ends_whole(tmp_path: Path) -> None:
    command = [sys.executable, "scripts/torture.py", "--models", "1", "--rounds", "2", "--only", "kills"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["kills"]["rounds"] == 2
    assert sum(figures["kills"]["killed"].values()) == 2
    assert figures["scratch left"] == []
