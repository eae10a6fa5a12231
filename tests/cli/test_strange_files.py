"""Files with strange names and contents: each costs its own row, and nothing of theirs reaches the terminal raw."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import migrate.cli as cli_package
from codemods.output.terminal import diff
from migrate.cli.main import cli
from migrate.printable import printable, shown
from tests.batch.support import model
from tests.scan.exploits import h5_model, layer, sequential

NO_UTF8 = os.fsdecode(b"b\xff\xfead")
FORGED = "e\x1b[31m\nunsafe  forged\u202e"
UNSEEN = ("\x1b[31m", "\nunsafe  forged", "\u202e", "\udcff")


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("strange")
    for name in (NO_UTF8, FORGED):
        model(folder / f"{name}.h5", "plain")
        (folder / f"{name}.py").write_text("from keras.layers.core import Dense\n")
    h5_model(folder / "bad.h5", sequential(layer("Lambda", {"name": FORGED[:20]})))
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "-v", "."),
        ("scan", "--json", "."),
        ("scan", "--sarif", "."),
        ("models", "--dry-run", "--out", "{out}", "."),
        ("report", ".", "--format", "json"),
        ("report", ".", "--out", "{out}.html"),
        ("code", "."),
        ("code", ".", "--format", "json"),
        ("code", ".", "--format", "github"),
    ],
    ids=" ".join,
)
def test_strange_names_cost_their_own_row(
    strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(strange)
    result = CliRunner().invoke(cli, [word.format(out=tmp_path / "out") for word in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 1)
    assert not [text for text in UNSEEN if text in result.output]


def test_inspect_shows_what_stands_in_a_file_as_text(strange: Path) -> None:
    for file in sorted(strange.glob("*.h5")):
        result = CliRunner().invoke(cli, ["inspect", str(file)])
        assert result.exit_code in (0, 1)
        assert not [text for text in UNSEEN if text in result.output]


def test_a_diff_is_shown_as_text() -> None:
    lines = [text for line in diff("a.py", "x = 1\n", "x = '\x1b]0;title\x07'\ty\n") for text, _ in line]
    assert any("+x = '\\x1b]0;title\\x07'\ty" in line for line in lines)
    assert not any("\x1b]" in line or "\x07" in line for line in lines)


def test_lines_for_people_are_printed_in_one_way() -> None:
    """``say`` shows names as text; ``click.echo`` is left to what writes a format, and to words of our own."""
    raw = []
    for file in sorted(Path(cli_package.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.echo", "print"):
                parts = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.FormattedValue)]
                raw += [f"{file.name}:{node.lineno}" for part in parts[:1]]
    assert raw == []


def test_what_is_said_of_arguments_is_text() -> None:
    for arguments in (["inspect", f"no/{FORGED}"], [FORGED], ["explain", FORGED], ["status", FORGED]):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 2
        assert "\x1b" not in result.output
        assert "\nunsafe" not in result.output


def test_what_is_shown_is_what_was_there_otherwise() -> None:
    for text in ("über/模型 v2.h5", "a b", "[bold]x", "👨\u200d👩", "می\u200cخواهم", "e\u0301"):
        assert printable(text) == text
    assert printable("a\tb\r\n\x1b\x9b\u2028\u202e\U000e0041\udcff") == (
        "a\\tb\\r\\n\\x1b\\x9b\\u2028\\u202e\\U000e0041\\xff"
    )
    assert shown("[bold]x") == "\\[bold]x"


def run(folder: Path, *arguments: str) -> int:
    """The exit status; a command that waits for ever is ended, and the test with it."""
    command = [sys.executable, "-m", "migrate", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode


WAITING = [
    ("inspect", "model.h5"),
    ("models", "--dry-run", "--out", "o", "model.h5"),
    ("code", "."),
    ("report", ".", "--format", "json"),
]


@pytest.mark.parametrize("arguments", WAITING, ids=" ".join)
def test_a_pipe_is_not_waited_for(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    names = ("model.h5", "a.py", "n.ipynb", "report.json", "requirements.txt", ".gitignore", "uv.lock")
    for name in names:
        os.mkfifo(tmp_path / name)
    assert run(tmp_path, *arguments) in (0, 1, 2)


def test_nesting_without_end_costs_its_own_row(tmp_path: Path) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    (tmp_path / "n.ipynb").write_text('{"cells":' + deep + "}")
    (tmp_path / "report.json").write_text('{"schema": 1, "artifacts": ' + deep + "}")
    (tmp_path / "config.json").write_text(deep)
    for arguments in (("report", ".", "--format", "json"), ("code", "."), ("scan", ".")):
        assert run(tmp_path, *arguments) in (0, 1)
    (tmp_path / "out" / "a").mkdir(parents=True)
    (tmp_path / "out" / "a" / "migration.json").write_text(deep)
    assert run(tmp_path, "models", "--dry-run", "--out", "out", ".") in (0, 1)
