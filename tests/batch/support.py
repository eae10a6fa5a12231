"""Small model files, and batches over them with the pipeline that has no frameworks."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

from migrate.batch.events import Event
from migrate.batch.ruleset import Part, RuleSet
from migrate.batch.run import BatchOptions, run_batch
from migrate.results import BatchReport
from tests.batch.fake_pipeline import path_of_this_file
from tests.scan import exploits
from tests.scan.exploits import layer, sequential

ROOT = Path(__file__).resolve().parents[2]


def model(path: Path, salt: str = "") -> Path:
    """A model file whose content is its own, unless two are salted alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exploits.h5_model(path, sequential(layer("Dense", {"name": salt or path.name, "units": 1})))
    return path


def models(folder: Path, *names: str) -> Path:
    for name in names:
        model(folder / f"{name}.h5")
    return folder


def rules(core: str = "1", *parts: Part) -> RuleSet:
    """A rule set without the rules of this project; its core in whatever version."""
    return RuleSet((Part("core", core), *parts))


def options(**changes: Any) -> BatchOptions:
    settings: dict[str, Any] = {"jobs": 2, "timeout": 30, "pipeline": path_of_this_file()}
    settings["ruleset"] = rules()
    return BatchOptions(**(settings | changes))


def run(folder: Path, out: Path, events: list[Event] | None = None, **changes: Any) -> BatchReport:
    return run_batch([str(folder)], out, options(**changes), (events if events is not None else []).append)


def statuses(report: BatchReport) -> dict[str, str]:
    return {result.source: result.status.value for result in report.artifacts}


def calls(out: Path) -> list[str]:
    """Sources in the order in which the pipeline was given them."""
    log = out.parent / "calls.log"
    return log.read_text().split() if log.exists() else []


def _unprivileged() -> list[str] | None:
    """What to put before a command for permissions to hold; None where root cannot stop being root."""
    if os.getuid() != 0:
        return []
    command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    with contextlib.suppress(OSError):
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return None


UNPRIVILEGED = _unprivileged()


def start(
    folder: Path, out: Path, *, plain: bool = False, limits: Callable[[], None] | None = None, **changes: Any
) -> subprocess.Popen[str]:
    """The same batch in a process of its own, which prints its events as JSON lines; ``plain``: without privileges.

    ``limits`` sets those of the process before it begins.

    Exit status 9 for a run that ended early, 8 for one that did not begin.
    """
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from migrate.findings import MigrationError\n"
        "from migrate.batch.progress import renderer\nfrom migrate.batch.run import BatchStopped, run_batch\n"
        "from tests.batch.support import options\n"
        "try:\n"
        f"    run_batch([{str(folder)!r}], Path({str(out)!r}), options(**{changes!r}), renderer('json', sys.stdout))\n"
        "except BatchStopped as stopped:\n    print(stopped.code, stopped.message); sys.exit(9)\n"
        "except MigrationError as error:\n    print(error.code, error.message); sys.exit(8)\n"
    )
    command = [*(UNPRIVILEGED or [] if plain else []), sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=limits)  # noqa: PLW1509


def wait_for(path: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.02)


def intact(out: Path, *folders: str) -> None:
    """Each output is whole, and nothing half-written lies beside."""
    for folder in folders:
        assert sorted(path.name for path in (out / folder).iterdir()) == ["migration.json", "model.keras"]
        with h5py.File(out / folder / "model.keras") as file:
            assert "model_config" in file.attrs
    assert [path for path in out.rglob("*") if path.suffix in (".tmp", ".old")] == []
