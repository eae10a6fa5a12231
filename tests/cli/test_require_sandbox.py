"""What the sandbox cannot keep is said before anything is read, and ``--require-sandbox`` goes no further."""

from __future__ import annotations

import platform
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import keras_migrate
from migrate.batch import job
from migrate.batch.events import Outcome, Task
from migrate.batch.run import BatchStopped, run_batch
from migrate.cli import fleet
from migrate.cli.main import cli
from migrate.findings import MigrationError
from migrate.worlds.host import sandbox
from tests.batch.support import model, models, options, run, statuses

COMMANDS = {
    "scan": ("scan", "{model}"),
    "inspect": ("inspect", "{model}"),
    "models": ("models", "--dry-run", "--out", "{out}", "{model}"),
    "verify": ("verify", "{model}", "{model}"),
    "weights": ("weights", "{model}", "--out", "{out}.h5"),
    "report": ("report", "{folder}", "--format", "json"),
}


NO_ARTIFACTS = frozenset({"code", "explain", "rules", "status", "undo"})
"""Commands that parse and load none."""


def test_every_command_that_looks_into_artifacts_has_it() -> None:
    context = click.Context(cli)
    has = {
        name
        for name in cli.list_commands(context)
        if any("--require-sandbox" in option.opts for option in cli.get_command(context, name).params)
    }
    assert has == set(cli.list_commands(context)) - NO_ARTIFACTS
    assert set(COMMANDS) <= has


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
    assert "RUN006 this machine cannot guarantee: no network" in result.stderr


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


def test_a_job_of_another_machine_refuses_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the machine of the command keeps says nothing of the nodes of a cluster."""
    monkeypatch.setattr(job, "granted", lambda: ("resource limits (CORE)",))
    settings = {"options": {}, "limits": {}, "require_sandbox": True}
    with pytest.raises(
        MigrationError, match=f"{platform.node()}: .*cannot guarantee.*--require-sandbox"
    ) as caught:
        job.configure(settings, tmp_path)
    assert caught.value.code == "RUN006"


def test_it_is_passed_on_to_the_repositories_of_a_fleet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "list").write_text("r\n")
    given: list[list[str]] = []
    monkeypatch.setattr(fleet, "fleet", lambda file, out, options, *more: given.append(options) or True)
    monkeypatch.setattr(
        sandbox, "granted", lambda: ("landlock (version 6)", "seccomp (x)", "resource limits (CPU)")
    )
    arguments = ["repo", "--fleet", str(tmp_path / "list"), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert CliRunner().invoke(cli, [*arguments, "--require-sandbox"]).exit_code == 0
    assert ["--require-sandbox" in options for options in given] == [False, True]


def test_a_node_that_refuses_stops_the_run(tmp_path: Path) -> None:
    """Its artifact is no failure: it waits for a machine that keeps the promises."""

    class Refusing:
        def run(self, tasks: Sequence[Task], begin: Any, end: Any, stopping: threading.Event) -> None:
            begin(tasks[0])
            end(
                tasks[0],
                Outcome(None, "RUN006", "node7: this machine cannot guarantee: no network", "See."),
                0.1,
            )

        def abort(self) -> None: ...

        def close(self) -> None: ...

    folder = models(tmp_path / "in", "a", "b")
    with pytest.raises(BatchStopped, match="node7") as caught:
        run_batch([str(folder)], tmp_path / "out", options(), make_executor=lambda *_: Refusing())
    assert caught.value.code == "RUN006"
    assert caught.value.report.artifacts == []
    assert statuses(run(folder, tmp_path / "out")) == {"a.h5": "migrated", "b.h5": "migrated"}


CALLS = {
    "inspect": lambda path, out, **named: keras_migrate.inspect(path, **named),
    "scan": lambda path, out, **named: keras_migrate.scan(path, **named),
    "report": lambda path, out, **named: keras_migrate.report(path.parent, **named),
    "verify": lambda path, out, **named: keras_migrate.verify(path, path, **named),
    "migrate_model": keras_migrate.migrate_model,
    "migrate_models": lambda path, out, **named: keras_migrate.migrate_models([path], out, **named),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_python_interface_refuses_alike(tmp_path: Path, bare: None, name: str) -> None:
    path = model(tmp_path / "in" / "a.h5")
    with pytest.raises(MigrationError) as caught:
        CALLS[name](path, tmp_path / "out", require_sandbox=True)
    assert caught.value.code == "RUN006"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["inspect", "scan", "report"])
def test_the_python_interface_warns(tmp_path: Path, bare: None, name: str) -> None:
    path = model(tmp_path / "in" / "a.h5")
    with pytest.warns(UserWarning, match="RUN006 this machine cannot guarantee:") as caught:
        CALLS[name](path, tmp_path / "out")
    assert any("no network" in str(warning.message) for warning in caught)
