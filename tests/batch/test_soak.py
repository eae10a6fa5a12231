"""The soak in its short form: a handful of authentic models and each kind of damage."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.batch.support import ROOT


@pytest.mark.full
@pytest.mark.slow
def test_the_soak_in_its_short_form() -> None:
    command = [sys.executable, "scripts/soak.py", "--artifacts", "10", "--originals", "2", "--damaged", "0.5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["wrong"] == {}
    assert report["exploits_fired"] == 0
    assert report["statuses"].get("migrated", 0) >= 1
