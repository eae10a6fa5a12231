"""The comparison with other scanners: its corpus by our own scan always, by the others where they are installed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = [
    name for name in ("modelaudit", "modelscan", "picklescan") if (ROOT / ".scanners" / name).is_dir()
]


def compare(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/compare_scanners.py", "--missed", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_hostile_file_is_found_and_no_authentic_model_is() -> None:
    done = compare("--modelaudit=", "--modelscan=", "--picklescan=")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not keras-migrate" not in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("| authentic models"))
    total, found = map(int, re.findall(r"\d+", line))
    assert found <= total // 50  # a warning where a model names a function of its author


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason="`make scanners` installs them")
def test_nothing_that_another_scanner_finds_is_clean_here() -> None:
    done = compare(*(f"--{name}={ROOT / '.scanners' / name / 'bin' / name}" for name in INSTALLED))
    assert done.returncode == 0, done.stdout + done.stderr
