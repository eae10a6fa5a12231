"""The comparison with other scanners: its corpus by our own scan always, by the others where they are installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from migrate.scan.files import is_unsafe, scan_tree

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = [
    name for name in ("modelaudit", "modelscan", "picklescan") if (ROOT / ".scanners" / name).is_dir()
]


def compare(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/compare_scanners.py", "--missed", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_hostile_file_is_found() -> None:
    done = compare("--modelaudit=", "--modelscan=", "--picklescan=")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not keras-migrate" not in done.stdout


def test_no_authentic_model_is_unsafe() -> None:
    """But for bytecode, what was broken on purpose, and lookups that read a file from a path in the configuration."""
    scans = [scan for scan in scan_tree(ROOT / "legacy_models") if "broken" not in scan.path.parts]
    unsafe = {
        scan.path.parent.name: {f.code for f in scan.findings} for scan in scans if is_unsafe(scan.findings)
    }
    assert len(scans) > 500
    others = {name: codes for name, codes in unsafe.items() if "SEC001" not in codes}
    assert others == {"vocabulary_file": {"SEC012"}, "vocabulary_file-keras": {"SEC012"}}


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason="`make scanners` installs them")
def test_nothing_that_another_scanner_finds_is_clean_here() -> None:
    done = compare(*(f"--{name}={ROOT / '.scanners' / name / 'bin' / name}" for name in INSTALLED))
    assert done.returncode == 0, done.stdout + done.stderr
