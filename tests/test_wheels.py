"""Packages are installed by programs of this Python, wherever one stands."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import migrate
from migrate.wheels import install, module_of

PACKAGE = Path(migrate.__file__).parent


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with files that are called as the programs are, in which one stands; and its marker."""
    marker = tmp_path / "marker"
    for name in ("pip", "venv", "ensurepip"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    return marker


def test_no_file_of_the_folder_is_run(hostile: Path, tmp_path: Path) -> None:
    told = install(module_of(sys.executable, "pip"), ["no-such-package"], ["--no-index"])
    assert any("no-such-package" in line for line in told)
    subprocess.run([*module_of(sys.executable, "venv"), tmp_path / "made", "--without-pip"], check=True)
    assert (tmp_path / "made" / "pyvenv.cfg").is_file()
    assert not hostile.exists()


def test_it_would_be_run_otherwise(hostile: Path) -> None:
    install([sys.executable, "-m", "pip"], ["no-such-package"], ["--no-index"])
    assert hostile.exists()


def test_nothing_else_runs_modules_by_their_names() -> None:
    """Outside of the sandbox: what runs ``-m`` goes through `module_of`."""
    inside = {"wheels.py", "repository/suite.py", "proving/lockstep.py", "worlds/lockstep/program.py"}
    found = set()
    for file in PACKAGE.rglob("*.py"):
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if any(isinstance(node, ast.Constant) and node.value == "-m" for node in nodes):
            found.add(file.relative_to(PACKAGE).as_posix())
    assert found == inside
