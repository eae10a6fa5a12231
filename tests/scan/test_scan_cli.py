"""The command: exit status, JSON and SARIF; and a file that kills the parser."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrate.batch import scanner
from migrate.formats.identify import Identification
from migrate.scan.rules import RULES
from migrate.worlds.host.environment import World
from migrate.worlds.host.worker import Worker
from tests.scan import exploits
from tests.scan.exploits import layer, sequential

CORPUS = Path(__file__).with_name("corpus")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "migrate", "scan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_answers_come_in_order_from_readers_side_by_side(tmp_path: Path) -> None:
    roots = [tmp_path / "a", tmp_path / "b"]
    for root in roots:
        root.mkdir()
        for number in range(150):
            exploits.h5_model(root / f"{number:03}.h5", sequential(layer("Dense", {"units": number})))
    found = list(scanner.scan_roots(roots))
    assert [scan.path for _, scan in found] == [root / f"{n:03}.h5" for root in roots for n in range(150)]
    assert [root for root, _ in found] == [roots[0]] * 150 + [roots[1]] * 150


def test_whoever_stops_listening_waits_for_nobody(tmp_path: Path) -> None:
    paths = [exploits.h5_model(tmp_path / f"{n}.h5", sequential()) for n in range(3 * scanner.BATCH)]
    with scanner.Reader([tmp_path], readers=2) as reader:
        answers = reader.scan(itertools.cycle(paths))
        assert next(answers).verdict == "clean"
        began = time.monotonic()
        answers.close()
        assert time.monotonic() - began < 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    exploits.h5_model(made / "good.h5", sequential())
    exploits.archive(made / "warn.keras", sequential(layer("Own", {}, module="my.code")))
    return made


def test_folders_that_nobody_looks_into_are_told(folder: Path) -> None:
    """Nor are they silently clean: what lies in them is found where they are named."""
    for name in (".venv", "a/__pycache__", "b/__pycache__"):
        (folder / name).mkdir(parents=True)
        exploits.lambda_h5(folder / name / "m.h5", folder / "marker")
    (folder / "link").symlink_to(folder / ".venv")
    done = run(folder)
    assert done.returncode == 0
    assert "not scanned: 2 × __pycache__, .venv, link (a link); name a folder to scan it" in done.stdout
    left_out = json.loads(run(folder, "--json").stdout)["left_out"]
    assert {Path(path).relative_to(folder).as_posix() for path in left_out} == {
        ".venv", "a/__pycache__", "b/__pycache__", "link",
    }  # fmt: skip
    for name in (".venv", "a/__pycache__", "link"):
        assert run(folder / name).returncode == 1


def test_exit_status_and_text(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    assert "2 files, 2 of a kind that loaders accept: 0 unsafe, 1 warning, 1 clean" in done.stdout
    assert run(folder, "--strict").returncode == 1
    exploits.lambda_h5(folder / "evil", folder / "marker")
    done = run(folder)
    assert done.returncode == 1
    assert "unsafe  models/evil" in done.stdout or "unsafe  evil" in done.stdout
    assert "SEC001" in done.stdout
    assert run(folder / "nothing").returncode == 2
    assert run(folder, "--json", "--sarif").returncode == 2


def test_json_and_sarif(folder: Path) -> None:
    exploits.lambda_h5(folder / "evil file", folder / "marker")
    report = json.loads(run(folder, "--json").stdout)
    assert report["schema"] == 1
    assert report["summary"] == {"clean": 1, "warning": 1, "unsafe": 1}
    by_path = {artifact["path"]: artifact for artifact in report["artifacts"]}
    assert by_path["evil file"]["findings"][0]["code"] == "SEC001"
    log = json.loads(run(folder, "--sarif").stdout)
    (one,) = log["runs"]
    assert {rule["id"] for rule in one["tool"]["driver"]["rules"]} == {rule.code for rule in RULES}
    assert all(rule["helpUri"].startswith("https://") for rule in one["tool"]["driver"]["rules"])
    results = {result["ruleId"]: result for result in one["results"]}
    assert results["SEC001"]["level"] == "error"
    assert results["SEC001"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "evil%20file"
    for result in one["results"]:
        assert one["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize("end", ["os.abort()", "raise AttributeError('a fault of the scan')"])
def test_a_file_that_ends_the_parser_costs_one_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    (folder / "killer.h5").write_bytes(b"x")
    handlers = folder.parent / "handlers_file.py"
    handlers.write_text(
        "import os\nfrom migrate.worlds.reader.handlers import HANDLERS as REAL\n"
        "def scan_many(params, scratch):\n"
        f"    if any('killer' in path for path in params['paths']): {end}\n"
        "    return REAL['scan_many'](params, scratch)\n"
        "HANDLERS = {'scan_many': scan_many}\n"
    )

    class Fragile(Worker):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(World.READER, folder.parent / "scratch", handlers=handlers)

    monkeypatch.setattr(scanner, "Worker", Fragile)
    verdicts = {scan.path.name: scan.verdict for _, scan in scanner.scan_roots([folder])}
    assert verdicts == {"good.h5": "clean", "killer.h5": "unsafe", "warn.keras": "warning"}


def test_a_key_that_is_no_text_costs_nothing(folder: Path) -> None:
    """Found by the fuzz: keys of YAML may be numbers, times, nothing, and hold what is looked for all the same."""
    for number, key in enumerate(("true", "1", "2.5", "null", "2020-01-01")):
        text = f"class_name: Own\nconfig: {{{key}: keras.utils.get_file}}\n"
        (folder / f"{number}.yaml").write_text(text)
    done = run(folder)
    assert done.returncode == 1
    assert done.stdout.count("names the function 'keras.utils.get_file'") == 5
    assert "good.h5" not in done.stdout


@pytest.mark.slow
def test_a_file_on_which_libhdf5_runs_in_circles_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the fuzz: a changed byte in a heap that holds texts. What cannot be read is not called clean."""
    monkeypatch.setattr(scanner, "ALONE_SECONDS", 3.0)
    file = CORPUS / "heap-in-circles.h5"
    (verdict,) = {scan.verdict for _, scan in scanner.scan_roots([file])}
    assert verdict in ("unsafe", "warning")


def test_a_text_that_declares_four_gigabytes_is_damage(tmp_path: Path) -> None:
    """Found by the fuzz: libhdf5 allocates what the length of a text says before it looks for the text."""
    with scanner.Reader([CORPUS], readers=1) as reader:
        (scan,) = reader.scan([CORPUS / "text-of-four-gigabytes.h5"])
        ((_, kind),) = reader.identify([CORPUS / "text-of-four-gigabytes.h5"])
        (worker,) = reader._workers
        assert worker.resident() < 300 << 20
        assert worker.starts == 1
        status = Path(f"/proc/{worker.pid}/status").read_text()
    assert scan.verdict == "warning"
    assert isinstance(kind, Identification)
    assert int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) < 300_000
