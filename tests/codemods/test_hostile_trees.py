"""Repositories that somebody else prepared: nothing of theirs runs, and nothing outside of them is written."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from codemods.files.journal import FOLDER, Entry, Journal, digest, journals
from migrate.cli.code import code, undo

OLD = "from keras.layers.core import Dense\n"
NEW = "from keras.layers import Dense\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file to rewrite, and a home of one's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "tree"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    (root / "a.py").write_text(OLD)
    monkeypatch.chdir(root)
    return root


def write(*arguments: str) -> Result:
    return CliRunner().invoke(code, [".", "--write", *arguments])


# --- git ---------------------------------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        cwd=root, check=True, capture_output=True, env={"PATH": os.environ["PATH"], "HOME": str(root)},
    )  # fmt: skip


@pytest.fixture
def checkout(tree: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "first")
    return tree


def _trap(root: Path) -> Path:
    script = root.parent / "trap.sh"
    script.write_text(f"#!/bin/sh\necho >> {root.parent / 'ran'}\ncat\n")
    script.chmod(0o755)
    return script


def _fsmonitor(root: Path, trap: Path) -> None:
    git(root, "config", "core.fsmonitor", str(trap))


def _filter(root: Path, trap: Path) -> None:
    git(root, "config", "filter.x.clean", str(trap))
    (root / ".gitattributes").write_text("*.py filter=x\n")
    os.utime(root / "a.py", (1, 1))


def _hook(root: Path, trap: Path) -> None:
    hook = root / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    shutil.copy(trap, hook)
    os.utime(root / "a.py", (1, 1))


TRAPS = {"fsmonitor": _fsmonitor, "clean filter": _filter, "hook": _hook}


@pytest.mark.parametrize("name", TRAPS)
def test_git_runs_nothing_of_the_repository(checkout: Path, name: str) -> None:
    TRAPS[name](checkout, _trap(checkout))
    assert write().exit_code == 0
    assert (checkout / "a.py").read_text() == NEW
    assert not (checkout.parent / "ran").exists()


@pytest.mark.parametrize("name", TRAPS)
def test_git_status_itself_would(checkout: Path, name: str) -> None:
    """The control."""
    TRAPS[name](checkout, _trap(checkout))
    git(checkout, "status", "--porcelain")
    assert (checkout.parent / "ran").exists()


def test_a_git_beside_the_code_is_not_run(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(_trap(checkout), checkout / "git")
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert write().exit_code == 0
    assert not (checkout.parent / "ran").exists()


def _edited(root: Path) -> None:
    (root / "a.py").write_text(OLD + "x = 1\n")


def _staged(root: Path) -> None:
    (root / "a.py").write_text(OLD + "x = 1\n")
    git(root, "add", "a.py")


def _added(root: Path) -> None:
    (root / "b.py").write_text("")
    git(root, "add", "b.py")


@pytest.mark.parametrize("change", [_edited, _staged, _added])
def test_what_is_not_committed_is_seen(checkout: Path, change: object) -> None:
    change(checkout)  # type: ignore[operator]
    result = write()
    assert result.exit_code == 2
    assert "uncommitted changes" in result.stderr
    assert write("--allow-dirty").exit_code == 0


def test_line_ends_and_other_files_are_no_changes(checkout: Path) -> None:
    (checkout / "data.csv").write_text("1")
    git(checkout, "add", "data.csv")
    git(checkout, "commit", "-qm", "data")
    (checkout / "data.csv").write_text("2")
    (checkout / "a.py").write_bytes(OLD.replace("\n", "\r\n").encode())
    assert write().exit_code == 0


# --- the journal -------------------------------------------------------------------------------------------


def plant(root: Path, name: str, entries: list[Entry], seal: str = "") -> Path:
    home = root / FOLDER / name
    home.mkdir(parents=True)
    (home / digest(b"planted")).write_bytes(b"planted")
    (home / "journal.json").write_bytes(msgspec.json.encode(Journal("2099", tuple(entries), seal)))
    return home


def test_a_planted_journal_is_none(tree: Path) -> None:
    outside = tree.parent / "outside"
    outside.write_text("mine")
    entry = Entry("../outside", digest(b"planted"), digest(b"mine"))
    planted = plant(tree, "99990101T000000.000000", [entry])
    result = CliRunner().invoke(undo, ["--force"])
    assert result.exit_code == 1
    assert "not written by you" in result.output
    assert write().exit_code == 0
    assert CliRunner().invoke(undo, []).exit_code == 0
    assert (tree / "a.py").read_text() == OLD
    assert outside.read_text() == "mine"
    assert planted.exists()


def test_a_journal_of_another_root_or_user_is_none(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write().exit_code == 0
    (home,) = journals(tree)
    shutil.copytree(tree, tree.parent / "copy")
    assert CliRunner().invoke(undo, [str(tree.parent / "copy")]).exit_code == 1
    monkeypatch.setenv("XDG_STATE_HOME", str(tree.parent / "another"))
    assert CliRunner().invoke(undo, []).exit_code == 1
    monkeypatch.setenv("XDG_STATE_HOME", str(tree.parent / "state"))
    assert journals(tree) == [home]
    assert CliRunner().invoke(undo, []).exit_code == 0


def test_a_changed_journal_is_none(tree: Path) -> None:
    assert write().exit_code == 0
    (home,) = journals(tree)
    text = (home / "journal.json").read_text()
    (home / "journal.json").write_text(text.replace("a.py", "b.py"))
    assert CliRunner().invoke(undo, []).exit_code == 1
    (home / "journal.json").write_text(text)
    (home / digest(OLD.encode())).write_text("another")
    assert "damaged" in CliRunner().invoke(undo, []).output
    assert (tree / "a.py").read_text() == NEW


def test_undo_follows_no_link(tree: Path) -> None:
    assert write().exit_code == 0
    outside = tree.parent / "outside.py"
    outside.write_text(NEW)
    (tree / "a.py").unlink()
    (tree / "a.py").symlink_to(outside)
    assert CliRunner().invoke(undo, ["--force"]).exit_code == 1
    assert outside.read_text() == NEW


def test_write_follows_no_link_out_of_the_tree(tree: Path) -> None:
    outside = tree.parent / "outside.py"
    outside.write_text(OLD)
    (tree / "b.py").symlink_to(outside)
    result = write()
    assert "outside" in result.output
    assert outside.read_text() == OLD
    assert (tree / "a.py").read_text() == OLD


def test_a_link_inside_the_tree_is_written_where_it_leads(tree: Path) -> None:
    (tree / "b.py").symlink_to("a.py")
    assert write().exit_code == 0
    assert (tree / "a.py").read_text() == NEW
    assert (tree / "b.py").is_symlink()


@pytest.mark.parametrize("place", [".keras-migrate", ".keras-migrate/journal"])
def test_a_link_in_place_of_the_journal_is_refused(tree: Path, place: str) -> None:
    outside = tree.parent / "outside"
    outside.mkdir()
    (tree / place).parent.mkdir(exist_ok=True)
    (tree / place).symlink_to(outside)
    assert "is a link" in write().output
    assert not list(outside.iterdir())


def test_what_stands_in_place_of_the_ignore_file_is_not_written(tree: Path) -> None:
    outside = tree.parent / "outside"
    outside.write_text("mine")
    (tree / ".keras-migrate").mkdir()
    (tree / ".keras-migrate" / ".gitignore").symlink_to(outside)
    assert write().exit_code == 0
    assert outside.read_text() == "mine"


# --- settings ----------------------------------------------------------------------------------------------

DEEP = "a = " + "[" * 3000 + "]" * 3000
NO_SETTINGS = ["tool = 1", "[tool]\nkeras-migrate = 3", "[[tool.keras-migrate]]\ntarget = 'keras'", DEEP]


@pytest.mark.parametrize("text", NO_SETTINGS, ids=lambda text: text[:12])
def test_settings_that_are_none_are_one_sentence(tree: Path, text: str) -> None:
    (tree / "pyproject.toml").write_text(text)
    result = CliRunner().invoke(code, ["."])
    assert result.exit_code == 2, result.exception
    assert "pyproject.toml" in result.output


@pytest.mark.parametrize(
    "text",
    [
        "dependencies = 3",
        "dependencies = {a = 1}",
        "optional-dependencies = {a = 1}",
        "optional-dependencies = 1",
    ],
)
def test_pins_that_are_none_pin_nothing(tree: Path, text: str) -> None:
    (tree / "pyproject.toml").write_text(f"[project]\n{text}\n")
    (tree / "uv.lock").write_text('name = "keras"\nversion = "3.x"\n')
    assert CliRunner().invoke(code, ["."]).exit_code == 0


@pytest.mark.parametrize("option", [[], ["--write-baseline"]])
def test_settings_name_no_baseline_outside_of_the_tree(tree: Path, option: list[str]) -> None:
    victim = tree.parent / "victim"
    victim.write_text("mine")
    (tree / "link").symlink_to(victim)
    os.mkfifo(tree / "pipe")
    for name, why in (
        ("../victim", "outside"),
        (str(victim), "outside"),
        ("link", "outside"),
        ("pipe", "not a file"),
    ):
        (tree / "pyproject.toml").write_text(f'[tool.keras-migrate]\nbaseline = "{name}"\n')
        result = CliRunner().invoke(code, [".", *option])
        assert result.exit_code == 2
        assert why in result.output
    assert victim.read_text() == "mine"
    (tree / "pyproject.toml").write_text('[tool.keras-migrate]\nbaseline = "known.json"\n')
    assert CliRunner().invoke(code, [".", "--write-baseline"]).exit_code == 0
    assert (tree / "known.json").is_file()
