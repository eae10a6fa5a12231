"""The hooks for pre-commit, run as it runs them: entry, documented arguments, files of a commit."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from migrate.cli.main import cli

ROOT = Path(__file__).parents[2]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
PAGE = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")
SNIPPET = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "hooks:" in block)
OLD = "from keras.layers.core import Dense\nimport keras.backend as K\n\ny = K.learning_phase()\n"
NEW = OLD.replace("keras.layers.core", "keras.layers")


def commit(name: str, *files: str, args: tuple[str, ...] = ()) -> Result:
    """What pre-commit calls for a commit of these files."""
    _, *entry = shlex.split(HOOKS[name]["entry"])
    return CliRunner().invoke(cli, [*entry, *args, *files])


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.py").write_text(OLD)
    return tmp_path


def test_one_rewrites_and_the_other_only_says_so(repository: Path) -> None:
    assert commit("keras-migrate-check", "old.py").exit_code == 1
    assert (repository / "old.py").read_text() == OLD
    assert commit("keras-migrate", "old.py").exit_code == 1
    assert (repository / "old.py").read_text() == NEW


@pytest.mark.parametrize("name", HOOKS)
def test_what_a_person_has_to_do_fails_until_it_is_recorded(repository: Path, name: str) -> None:
    (documented,) = yaml.safe_load(SNIPPET)["repos"]
    args = tuple(documented["hooks"][0]["args"])
    (repository / "old.py").write_text(NEW)
    left = commit(name, "old.py")
    assert left.exit_code == 1
    assert "BKD003" in left.output
    recorded = CliRunner().invoke(cli, ["code", ".", "--write-baseline", *args])
    assert recorded.exit_code == 0
    assert commit(name, "old.py", args=args).exit_code == 0
    (repository / "more.py").write_text(
        "import keras\n\n\ndef g(m: keras.Sequential):\n    return m.predict_classes(1)\n"
    )
    added = commit(name, "old.py", "more.py", args=args)
    assert added.exit_code == 1
    assert "more.py:5" in added.output
    assert "BKD003" not in added.output


def test_each_installs_the_light_package() -> None:
    assert set(HOOKS) == {"keras-migrate", "keras-migrate-check"}
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert "additional_dependencies" not in hook
        assert hook["entry"].startswith("keras-migrate code ")
