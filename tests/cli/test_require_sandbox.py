"""What the sandbox cannot keep is said before anything is read, and ``--require-sandbox`` goes no further."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli.main import cli
from migrate.worlds import sandbox
from tests.batch.support import model

COMMANDS = {
    "scan": ("scan", "{model}"),
    "inspect": ("inspect", "{model}"),
    "models": ("models", "--dry-run", "--out", "{out}", "{model}"),
    "weights": ("weights", "{model}", "--out", "{out}.h5"),
    "report": ("report", "{folder}", "--format", "json"),
}


@pytest.fixture(params=COMMANDS)
def arguments(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    places = {"folder": tmp_path / "in", "model": model(tmp_path / "in" / "a.h5"), "out": tmp_path / "out"}
    return [word.format(**places) for word in COMMANDS[request.param]]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that grants nothing but limits."""
    monkeypatch.setattr(sandbox, "granted", lambda: ("resource limits (CORE)",))


def test_a_shortfall_is_said_at_the_start(arguments: list[str], bare: None) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code in (0, 1)
    assert "RUN006 this machine cannot promise: no network" in result.stderr


def test_where_it_is_required_nothing_is_read(arguments: list[str], bare: None) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--require-sandbox"])
    assert result.exit_code == 2
    assert "RUN006" in result.stderr
    assert not result.stdout


def test_where_all_holds_nothing_is_said(arguments: list[str]) -> None:
    if sandbox.shortfall(sandbox.granted()):
        pytest.skip("this machine cannot keep all promises")
    result = CliRunner().invoke(cli, [*arguments, "--require-sandbox"])
    assert result.exit_code in (0, 1)
    assert "RUN006" not in result.stderr
