"""``docs/cli.md`` speaks of the commands that there are, and its completion works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_table_of_exit_statuses_has_every_command() -> None:
    _, _, table = PAGE.partition("## Exit statuses")
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", table.partition("\n## ")[0], re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(COMMANDS)
    assert all(cells.count("|") == 3 for _, cells in rows)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_each_shell_is_as_documented(shell: str) -> None:
    assert f"_KERAS_MIGRATE_COMPLETE={shell}_source keras-migrate" in PAGE


def test_words_are_completed() -> None:
    for words, at, expected in (
        ("keras-migrate in", 1, "inspect"),
        ("keras-migrate report --fa", 2, "--fail-on"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "migrate"],
            env={
                **os.environ,
                "_KERAS_MIGRATE_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(at),
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"plain,{expected}" in done.stdout.split()


def test_two_legacy_artifacts_are_called_so(legacy_models: Path) -> None:
    path = str(legacy_models / "keras-2.2.4" / "mlp" / "model.h5")
    done = subprocess.run(
        [sys.executable, "-m", "migrate", "verify", path, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "both artifacts are legacy" in done.stderr
    assert "PAR006" in done.stderr
