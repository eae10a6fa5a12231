"""The torture of the real pipeline in its short form; ``scripts/torture.py`` has all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.support import ROOT

SCENARIOS = ("kills", "clock", "full-scratch", "address-space")


@pytest.mark.slow
@pytest.mark.full
def test_what_is_disturbed_ends_whole(tmp_path: Path) -> None:
    """In one call: the batch that nothing disturbs, and that the others are held to, is run once."""
    chosen = [word for name in SCENARIOS for word in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "scripts/torture.py", "--models", "1", "--rounds", "2", *chosen],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["scratch left"] == []
    assert figures["kills"]["rounds"] == sum(figures["kills"]["killed"].values()) == 2
    for name in SCENARIOS[
        1:
    ]:  # a damaged file is there, so that no run ends with 0; some machines lack what one needs
        assert figures[name].get("exit", 1) == 1
        assert {"exit", "left out"} & figures[name].keys()
