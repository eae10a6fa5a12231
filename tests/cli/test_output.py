"""What every command has in common: flags, examples, colours, suggestions, widths."""

from __future__ import annotations

import json
import logging
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from migrate.cli.main import COMMANDS, cli
from migrate.cli.output import LOGGERS, Output
from migrate.cli.tables import Column, show_results, show_rows
from migrate.findings import Finding, Severity, Status
from migrate.results import ArtifactResult, BatchReport, WrittenBy
from tests.batch.support import model
from tests.formats.makers import write_hdf5_weights

ROOT = Path(__file__).parents[2]
SHARED = {"--format", "--json", "--quiet", "-q", "--verbose", "-v", "--no-color"}


@pytest.fixture(autouse=True)
def silent_again() -> Iterator[None]:
    yield
    for name in LOGGERS:
        logging.getLogger(name).handlers = []


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_same_flags(name: str) -> None:
    offered = {text for parameter in command(name).params for text in parameter.opts}
    assert offered >= SHARED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples_that_parse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CliRunner().invoke(cli, [name, "--help"], terminal_width=200).output
    _, _, examples = text.partition("Examples:\n")
    shown = [line.strip() for line in examples.splitlines() if line.strip()]
    lines = [line for line in shown if not line.startswith("# ")]
    assert lines
    for line in lines:
        words = shlex.split(re.split(r" {2,}", line)[0])
        assert words[:2] == ["keras-migrate", name], line
        with command(name).make_context(name, words[2:], resilient_parsing=True) as context:
            assert not context.args, line


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_fits_into_80_columns(arguments: list[str]) -> None:
    text = CliRunner().invoke(cli, [*arguments, "--help"], terminal_width=80).output
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_two_formats_and_quiet_verbose_are_wrong_usage(tmp_path: Path) -> None:
    path = str(model(tmp_path / "m.h5"))
    for wrong in (["--json", "--sarif"], ["--json", "--format", "sarif"], ["-q", "-v"]):
        result = CliRunner().invoke(cli, ["scan", path, *wrong])
        assert result.exit_code == 2
        assert "choose one" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inspct", "x"], "did you mean inspect?"),
        (["report", "--fial-on", "error"], "--fail-on"),
        (["rules", "IMPX"], "did you mean IMP"),
        (["explain", "CFG06"], "did you mean"),
        (["explain", "removed-argumnt"], "did you mean"),
        (["code", "--select", "IMP99", "."], "did you mean"),
        (["models", "x.h5", "--out", "o", "--timeout", "0"], "--timeout"),
        (["models", "x.h5", "--out", "o", "--memory", "nan"], "--memory"),
        (["models", "x.h5", "--out", "o", "--tolerance", "-1"], "--tolerance"),
        (["verify", "x.h5", "y.keras", "--tolerance", "inf"], "--tolerance"),
        (["status", "x", "--watch", "0"], "--watch"),
    ],
)
def test_what_is_wrong_is_refused_with_what_was_meant(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output


def test_quiet_says_nothing_and_the_status_tells(tmp_path: Path) -> None:
    path = str(write_hdf5_weights(tmp_path / "w.h5"))
    result = CliRunner().invoke(cli, ["inspect", "-q", path])
    assert (result.exit_code, result.output) == (1, "")
    assert json.loads(CliRunner().invoke(cli, ["inspect", "-q", "--json", path]).stdout)["path"] == path


def test_verbose_logs_through_the_standard_module(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["inspect", "-v", str(model(tmp_path / "m.h5"))])
    assert re.search(r"INFO migrate\.worlds\.host\.worker: reader worker started", done.stderr)
    detailed = CliRunner().invoke(cli, ["inspect", "-vv", str(model(tmp_path / "m.h5"))])
    assert "DEBUG" in detailed.stderr


SCAN, CODE = ("scan", "-v", "m.h5"), ("code", "a.py")
ESCAPE = "\x1b["


@pytest.mark.parametrize(
    "arguments", [SCAN, CODE, ("rules", "IMP"), ("explain", "IMP010")], ids=lambda a: a[0]
)
@pytest.mark.parametrize(
    ("environment", "flags", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, (), False),
        ({"FORCE_COLOR": "1"}, ("--no-color",), False),
    ],
)
def test_colours_follow_the_conventions(
    tmp_path: Path,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    flags: tuple[str, ...],
    coloured: bool,
) -> None:
    model(tmp_path / "m.h5")
    (tmp_path / "a.py").write_text("from keras.layers.core import Dense\n")
    done = subprocess.run(
        [sys.executable, "-m", "migrate", *arguments, *flags],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environment},
    )
    if arguments[0] == "rules":
        coloured = False  # a plain table
    assert done.returncode in (0, 1), done.stderr
    assert (ESCAPE in done.stdout) is coloured


LONG = (
    "the layer's class is not in the file and not in --source: MyOwnAttentionLayer of the package own.layers"
)


def results(migrated: int, blocked: int) -> BatchReport:
    finding = Finding("CFG005", Severity.ERROR, LONG, "Give the class with --source.")
    rows = [
        ArtifactResult(
            f"models/a/folder/model-{number:03}.h5",
            "",
            "hdf5-model",
            WrittenBy("2.2.4"),
            status,
            findings=found,
        )
        for status, count, found in ((Status.MIGRATED, migrated, []), (Status.BLOCKED, blocked, [finding]))
        for number in range(count)
    ]
    return BatchReport(1, {}, {"migrated": migrated, "blocked": blocked}, rows)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def show(report: BatchReport, width: int, verbose: int = 0) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        show_results(report, Output(verbose=verbose))
        return capsys.readouterr().out.splitlines()

    return show


@pytest.mark.parametrize("width", [80, 120, 200])
def test_rows_fit_the_terminal_and_no_reason_is_cut(shown, width: int) -> None:  # type: ignore[no-untyped-def]
    lines = shown(results(2, 2), width)
    assert max(map(len, lines)) <= width
    whole = " ".join(" ".join(lines).split())
    assert whole.count(LONG) == 2
    row = next(n for n, line in enumerate(lines) if "blocked" in line)
    assert (LONG in lines[row]) is (width == 200)
    assert ("seconds" in lines[0]) is (width >= 100)


def test_what_leaves_a_model_unverified_has_its_next_step(shown) -> None:  # type: ignore[no-untyped-def]
    """A warning decides there; notes beside it do not, and an artifact counts once however often it is told."""
    note = Finding("PAR002", Severity.INFO, "no original reference", "a hint of a note")
    rows = [
        ArtifactResult(
            f"{number}.h5",
            "",
            "hdf5-model",
            WrittenBy(),
            Status.UNVERIFIED,
            findings=[note, *[Finding("PAR008", Severity.WARNING, "no evidence", f"Record {number}.")] * 2],
        )
        for number in range(3)
    ]
    lines = shown(BatchReport(1, {}, {"unverified": 3}, rows), 200)
    told = lines[lines.index("What is left") :]
    assert [line.split()[:2] for line in told[2:]] == [["PAR008", "3"]]
    assert "Record 0. (see the report for 2 more)" in told[2]


def test_what_passed_folds_into_a_count_and_what_is_left_comes_last(shown) -> None:  # type: ignore[no-untyped-def]
    lines = shown(results(300, 2), 120)
    assert len(lines) < 15
    assert any("300 migrated (-v lists them)" in line for line in lines)
    assert "Give the class with --source." in " ".join(lines[-2:])
    everything = shown(results(300, 2), 120, verbose=1)
    assert sum("migrated" in line for line in everything) == 300
    last = max(n for n, line in enumerate(everything) if "migrated" in line)
    assert all(n > last for n, line in enumerate(everything) if "blocked" in line)


def test_a_name_wider_than_the_terminal_has_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    name = "models/" + "x" * 90 + ".h5"
    columns = [Column("source", lambda row: row[0]), Column("status", lambda row: row[1])]
    show_rows(Console(width=80), columns, [((name, "blocked"), "because"), (("short", "failed"), "")])
    lines = capsys.readouterr().out.splitlines()
    assert name in lines
    assert any(line.strip() == "because" for line in lines)
