"""A whole project: it runs on tf-keras, is rewritten, and passes its own tests on Keras 3."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.code import code, undo

PROJECT = Path(__file__).parent / "projects" / "blossom"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "blossom"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


def own_tests(folder: Path, **environment: str) -> str:
    """The last line of the project's own test run."""
    variables = {key: value for key, value in os.environ.items() if key != "TF_USE_LEGACY_KERAS"}
    variables |= {
        "PYTHONPATH": str(folder),
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",
        **environment,
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--rootdir",
        ".",
    ]
    done = subprocess.run(
        [*command, "tests"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    return done.stdout.strip().splitlines()[-1]


def passed(line: str) -> int:
    found = re.match(r"(\d+) passed", line)
    return int(found[1]) if found and "failed" not in line and "error" not in line else 0


def rewrite(folder: Path) -> dict[str, object]:
    result = CliRunner().invoke(code, [".", "--write", "--docs", "--format", "json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def notebook_program(file: Path) -> str:
    cells = json.loads(file.read_text())["cells"]
    lines = [
        line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).split("\n")
    ]
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


@pytest.mark.full
@pytest.mark.slow
def test_own_tests_pass_before_and_after(copy: Path) -> None:
    before = own_tests(copy, TF_USE_LEGACY_KERAS="1")
    rewrite(copy)
    after = own_tests(copy)
    assert passed(before) == passed(after) == 9, (before, after)
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"} | {
        "PYTHONPATH": str(copy)
    }
    program = notebook_program(copy / "demo.ipynb") + "\nassert keys == ['accuracy', 'loss']\n"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)


def test_nothing_is_left_and_a_second_run_is_quiet(copy: Path) -> None:
    document = rewrite(copy)
    findings = [f for file in document["files"] for f in file["findings"]]  # type: ignore[attr-defined]
    assert all(finding["applied"] for finding in findings)
    assert len({finding["code"] for finding in findings}) > 12
    again = CliRunner().invoke(code, [".", "--check", "--docs"])
    assert (again.exit_code, again.stdout) == (0, "")
    text = "".join(
        path.read_text()
        for path in copy.rglob("*.*")
        if path.is_file() and ".keras-migrate" not in path.parts
    )
    assert "tensorflow" not in text
    assert "# the name comes first in Keras 2" in text
    assert "%matplotlib inline" in text


def test_undo_brings_every_byte_back(copy: Path) -> None:
    def content() -> dict[str, bytes]:
        files = [p for p in copy.rglob("*") if p.is_file() and ".keras-migrate" not in p.parts]
        return {p.relative_to(copy).as_posix(): p.read_bytes() for p in files}

    before = content()
    rewrite(copy)
    assert content() != before
    # There is no git here: the journal stands where the command saw the root of the project.
    assert CliRunner().invoke(undo, ["."]).exit_code == 0
    assert content() == before
