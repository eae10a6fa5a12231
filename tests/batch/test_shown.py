"""What a batch shows through the command line: JSON lines, the status of a running and a stopped batch, exit status."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from migrate.batch import progress
from migrate.batch.events import Event
from tests.batch.support import ROOT
from tests.scan import exploits
from tests.scan.exploits import sequential


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "migrate", *map(str, arguments)]


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, cwd=ROOT)


def hostile(folder: Path, count: int) -> Path:
    """Files whose outcome needs no framework: they are refused, each with a content of its own."""
    folder.mkdir()
    for number in range(count):
        exploits.lambda_h5(folder / f"m{number}.h5", folder / f"marker{number}")
    return folder


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_progress_as_json_lines(tmp_path: Path) -> None:
    folder, out = hostile(tmp_path / "in", 2), tmp_path / "out"
    done = call("models", folder, "--out", out, "--jobs", "1", "--progress", "json")
    assert done.returncode == 1
    lines = events(done.stderr)
    assert [line["event"] for line in lines if line["event"] not in ("sandbox", "warning")] == [
        "plan", "start", "done", "start", "done", "end",
    ]  # fmt: skip
    for name in ("m0.h5", "m1.h5"):
        of_one = [line for line in lines if line.get("source") == name]
        assert len({line["id"] for line in of_one}) == 1
        finished = of_one[-1]
        assert (finished["status"], finished["codes"]) == ("unsafe", ["SEC001"])
        assert finished["phases"]["total"] > 0
    logged = events((out / ".keras-migrate" / "log.jsonl").read_text())
    assert [line["event"] for line in logged] == [line["event"] for line in lines]


def test_status_names_the_next_step_of_each_reason(tmp_path: Path) -> None:
    folder, out = hostile(tmp_path / "in", 2), tmp_path / "out"
    call("models", folder, "--out", out, "--jobs", "1", "--progress", "none")
    done = call("status", out)
    assert done.returncode == 0
    (reason,) = [line for line in done.stdout.splitlines() if "SEC001" in line]
    assert reason.split()[0] == "2"
    assert "Replace the Lambda in the source" in reason
    assert "Time: " in done.stdout
    assert call("status", tmp_path / "in").returncode == 2


def test_a_stopped_batch_is_seen_running_and_does_not_exit_with_0(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(200):
        exploits.archive(folder / f"m{number}.keras", sequential() | {"number": number})
        # written by Keras 3: skipped, so that what is finished leaves nothing to do
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("models", folder, "--out", out, "--jobs", "1", "--progress", "json"),
        cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if '"done"' in line:
            break
    seen = json.loads(call("status", out, "--json").stdout)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert seen["alive"]
    assert seen["states"]["pending"] > 0
    assert process.returncode == 1
    after = call("status", out)
    assert after.returncode == 1
    assert "ended: interrupted" in after.stdout


def test_a_bar_counts_what_passed_and_shows_what_did_not() -> None:
    for every, expected in ((False, ["bad.h5"]), (True, ["good.h5", "bad.h5"])):
        stream = io.StringIO()
        show = progress.renderer("rich", stream, every=every)
        for source, status in (("good.h5", "migrated"), ("bad.h5", "failed")):
            show(Event("done", source, {"status": status, "seconds": 1.0, "codes": []}))
        show.close()
        lines = [line for line in stream.getvalue().splitlines() if " 1.0 s" in line]
        assert [next(name for name in ("good.h5", "bad.h5") if name in line) for line in lines] == expected
