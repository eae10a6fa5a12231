"""The action, run as a runner does, and what an image is built from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def script_with(word: str) -> str:
    """The script of the one step that calls a command."""
    (found,) = [step["run"] for step in STEPS if word in step.get("run", "")]
    return str(found)


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """The environment of a job in a repository with one old file."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "keras-migrate"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m keras_migrate "$@"\n')
    command.chmod(0o755)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "old.py").write_text("from keras.layers.core import Dense\n")
    return {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "TARGET": "app",
    }


@pytest.mark.parametrize(("fail_on", "status"), [("", 0), ("silent", 0), ("error", 1)])
def test_the_report_is_written_whatever_the_status(
    job: dict[str, str], tmp_path: Path, fail_on: str, status: int
) -> None:
    # As runners call `shell: bash`.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script_with("keras-migrate report")]
    done = subprocess.run(
        command, cwd=tmp_path, env={**job, "FAIL_ON": fail_on}, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    outputs = [output["value"] for output in ACTION["outputs"].values()]
    assert all((tmp_path / name).stat().st_size for name in outputs)
    assert "IMP002" in Path(job["GITHUB_STEP_SUMMARY"]).read_text()


def test_the_comment_is_asked_for_and_is_the_summary() -> None:
    (step,) = [step for step in STEPS if "gh pr comment" in step.get("run", "")]
    assert "inputs.comment == 'true'" in step["if"]
    assert ACTION["inputs"]["comment"]["default"] == "false"
    assert "--body-file keras-migrate.md" in step["run"]
    assert "--out keras-migrate.md" in script_with("keras-migrate report")


def test_without_a_version_the_action_installs_itself() -> None:
    assert ACTION["inputs"]["version"]["default"] == ""
    assert "${VERSION:-$GITHUB_ACTION_PATH}" in script_with("pip install")


def test_every_input_is_used_and_no_expression_stands_in_a_script() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text.partition("runs:")[2]
    assert all("${{" not in step.get("run", "") for step in STEPS)


def test_an_image_is_built_from_what_there_is() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignore if line.startswith("!")}
    assert all((ROOT / name).exists() for name in kept)
    assert {"keras_migrate", "migrate", "codemods", "pyproject.toml", "README.md", "LICENSE", "locks"} <= kept
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    names = re.findall(r"LOCK=(\w+)", dockerfile)
    assert {"light", "models"} <= set(names)
    assert all((ROOT / "locks" / f"{name}.txt").is_file() for name in names)
