"""Batches: outcomes, retries, repeats, duplicates, plan, status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.batch import resources
from migrate.batch.events import Event
from migrate.batch.local import STARTS
from migrate.batch.plan import Action
from migrate.batch.progress import Rate, renderer
from migrate.batch.run import BatchStopped, plan_batch, run_batch
from migrate.batch.status import as_metrics, look
from migrate.findings import MigrationError
from migrate.pipeline.request import Options
from migrate.results import ArtifactResult
from tests.batch.fake_pipeline import path_of_this_file
from tests.batch.support import ROOT, calls, intact, model, models, options, rules, run, start, statuses


def reason(report_row: ArtifactResult) -> tuple[str, str]:
    return report_row.findings[0].code, report_row.findings[0].message


def test_what_breaks_costs_one_artifact_and_is_tried_twice(tmp_path: Path) -> None:
    names = ["good", "segfault", "once", "worker", "hang", "memory", "bug", "vanish", "change"]
    folder = models(tmp_path / "in", *names)
    events: list[Event] = []
    report = run(folder, tmp_path / "out", events, timeout=1.0, memory_bytes=600 << 20)
    rows = {row.source: row for row in report.artifacts}
    assert {name for name, status in statuses(report).items() if status == "migrated"} == {
        "good.h5",
        "once.h5",
    }
    assert len(rows) == len(names)
    assert reason(rows["segfault.h5"])[0] == "RUN001"
    assert "SIGSEGV" in reason(rows["segfault.h5"])[1]
    assert reason(rows["worker.h5"])[0] == "RUN001"
    assert "SIGBUS" in reason(rows["worker.h5"])[1]
    assert reason(rows["hang.h5"])[0] == "RUN002"
    assert reason(rows["memory.h5"])[0] == "RUN003"
    assert reason(rows["change.h5"])[0] == "RUN014"
    assert reason(rows["vanish.h5"])[0] == "RUN013"
    assert "TypeError: a fault of the pipeline" in reason(rows["bug.h5"])[1]
    tried = {name: calls(tmp_path / "out").count(f"{name}.h5") for name in names}
    assert tried == {
        "good": 1, "once": 2, "segfault": 2, "worker": 2, "hang": 2, "memory": 2, "change": 2, "bug": 1, "vanish": 1,
    }  # fmt: skip
    assert {event.source for event in events if event.kind == "retry"} == {
        f"{name}.h5" for name, count in tried.items() if count == 2
    }
    intact(tmp_path / "out", "good", "once")
    found = look(tmp_path / "out")
    assert found.broken["SIGSEGV"] == 3
    assert found.statuses == {"migrated": 2, "failed": 7}


@pytest.mark.parametrize("deaths", [2, 9])
def test_a_job_that_is_killed_before_it_has_an_artifact_is_started_again(tmp_path: Path, deaths: int) -> None:
    """Somebody ends the process while it gets ready: no artifact is to blame; only where it goes on, the run ends."""
    told = tmp_path / "deaths"
    told.touch()
    pipeline = tmp_path / "pipeline.py"
    dies = f"""
with open({str(told)!r}, "a+") as told:
    told.seek(0)
    if len(told.read()) < {deaths}:
        told.write("x")
        told.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    pipeline.write_text(Path(path_of_this_file().rpartition(":")[0]).read_text() + dies)
    folder, changes = models(tmp_path / "in", "a", "b"), {"jobs": 1, "pipeline": f"{pipeline}:migrate"}
    if deaths < STARTS:
        report = run(folder, tmp_path / "out", **changes)
        assert statuses(report) == {"a.h5": "migrated", "b.h5": "migrated"}
        assert sorted(calls(tmp_path / "out")) == ["a.h5", "b.h5"]
        return
    with pytest.raises(BatchStopped) as caught:
        run(folder, tmp_path / "out", **changes)
    assert caught.value.code == "RUN022", "killed from outside"
    assert "a job cannot start" in caught.value.message
    assert not caught.value.report.artifacts


def test_the_protections_in_force_are_told_once(tmp_path: Path) -> None:
    events: list[Event] = []
    run(models(tmp_path / "in", "locked-a", "locked-b"), tmp_path / "out", events)
    told = [event for event in events if event.kind == "sandbox"]
    assert len(told) == 1
    assert "no new privileges" in told[0].data["protections"]
    open_promises = [event.data["code"] for event in events if event.kind == "warning"]
    assert set(open_promises) <= {"RUN006"}


def test_a_repeated_run_does_nothing(tmp_path: Path) -> None:
    folder = models(tmp_path / "in", "a", "b", "bug")
    first = run(folder, tmp_path / "out")
    events: list[Event] = []
    second = run(folder, tmp_path / "out", events)
    assert statuses(first) == statuses(second)
    assert len(calls(tmp_path / "out")) == 3
    assert [event.kind for event in events] == ["plan", "end"]
    run(folder, tmp_path / "out", retry=frozenset({"failed"}))
    assert calls(tmp_path / "out").count("bug.h5") == 2
    assert calls(tmp_path / "out").count("a.h5") == 1


def test_what_decides_the_result_decides_what_is_redone(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    run(folder, out)
    model(folder / "a.h5", "another content")
    run(folder, out)
    assert calls(out) in (["a.h5", "b.h5", "a.h5"], ["b.h5", "a.h5", "a.h5"])
    run(folder, out, options=Options(tolerance=0.5))
    assert len(calls(out)) == 5
    run(folder, out, options=Options(tolerance=0.5), ruleset=rules("2"))
    assert len(calls(out)) == 7
    intact(out, "a", "b")


def test_a_repeated_run_for_the_same_readers_does_nothing(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    run(folder, out, options=Options(readers="3.9,3.15"))
    events: list[Event] = []
    run(folder, out, events, options=Options(readers="3.9,3.15"))
    assert [event.kind for event in events] == ["plan", "end"]
    assert len(calls(out)) == 2
    run(folder, out, options=Options(readers="3.9,3.12,3.15"))
    assert len(calls(out)) == 4
    intact(out, "a", "b")


def test_the_same_content_is_migrated_once(tmp_path: Path) -> None:
    for name in ("a.h5", "b/a.h5", "c.h5"):
        model(tmp_path / "in" / name, "same")
    model(tmp_path / "in" / "other.h5")
    report = run(tmp_path / "in", tmp_path / "out")
    assert sorted(calls(tmp_path / "out")) == ["a.h5", "other.h5"]
    rows = {row.source: row for row in report.artifacts}
    assert statuses(report) == dict.fromkeys(("a.h5", "b/a.h5", "c.h5", "other.h5"), "migrated")
    assert rows["c.h5"].outputs.keras == "a/model.keras"
    assert rows["c.h5"].findings[-1].code == "RUN016"


def test_a_plan_writes_nothing_and_knows_what_is_done(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    model(folder / "copy.h5", "a.h5")
    plan = plan_batch([str(folder)], out, options())
    assert [one.action for one in plan] == [Action.MIGRATE, Action.MIGRATE, Action.COPY]
    assert not out.exists()
    run(folder, out)
    model(folder / "c.h5")
    plan = {one.candidate.source: one.action for one in plan_batch([str(folder)], out, options())}
    assert plan == {"a.h5": "keep", "b.h5": "keep", "c.h5": "migrate", "copy.h5": "keep"}


def test_foreign_outputs_are_not_overwritten(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    (out / "a").mkdir(parents=True)
    (out / "a" / "precious").write_text("x")
    report = run(folder, out)
    assert reason(report.artifacts[0])[0] == "RUN010"
    assert (out / "a" / "precious").read_text() == "x"
    report = run(folder, out, options=Options(force=True), retry=frozenset({"failed"}))
    assert statuses(report) == {"a.h5": "migrated"}


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    folder = models(tmp_path / "in", "a")
    (tmp_path / "file").write_text("x")
    with pytest.raises(MigrationError) as caught:
        run(folder, tmp_path / "file" / "out")
    assert caught.value.code == "RUN011"


def test_longest_first_and_within_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = models(tmp_path / "in", "a", "b", "slow-large")
    with (folder / "slow-large.h5").open("ab") as file:
        file.truncate(5_000_000)
    monkeypatch.setattr(resources, "available_memory", lambda: resources.SLOT_BYTES * 3)
    monkeypatch.setattr(resources, "memory_of", lambda size: 10**15)
    events: list[Event] = []
    run(folder, tmp_path / "out", events)
    assert calls(tmp_path / "out")[0] == "slow-large.h5"
    kinds = [event.kind for event in events if event.kind in ("start", "done")]
    assert kinds == ["start", "done"] * 3  # none fits beside another


def test_report_log_status_and_metrics(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "bug"), tmp_path / "out"
    run(folder, out)
    report = json.loads((out / "report.json").read_text())
    assert report["summary"]["migrated"] == report["summary"]["failed"] == 1
    lines = [json.loads(line) for line in (out / ".keras-migrate" / "log.jsonl").read_text().splitlines()]
    of_a = {line["id"] for line in lines if line.get("source") == "a.h5"}
    assert len(of_a) == 1
    assert lines[-1]["event"] == "end"
    command = [sys.executable, "-m", "migrate", "status", str(out)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["statuses"] == {"migrated": 1, "failed": 1}
    assert seen["phases"]["build"] == 0.25
    assert not seen["alive"]
    metrics = as_metrics(look(out))
    assert 'keras_migrate_results{status="migrated"} 1\n' in metrics
    assert 'keras_migrate_phase_seconds_total{phase="build"} 0.25\n' in metrics
    empty = subprocess.run([*command[:-1], str(tmp_path)], capture_output=True, check=False, cwd=ROOT)
    assert empty.returncode == 2


@pytest.mark.parametrize("kind", ["plain", "json", "rich", "none"])
def test_progress_is_shown(tmp_path: Path, kind: str) -> None:
    with (tmp_path / "shown").open("w") as stream:
        shown = renderer(kind, stream)
        counts = {"migrate": 2, "keep": 0, "copy": 0, "jobs": 1, "seconds": 2.0}
        shown(Event("plan", data=counts))
        shown(Event("start", "a [b].h5", {"bytes": 1}))
        shown(Event("done", "a [b].h5", {"status": "migrated", "seconds": 1.0, "codes": ["CFG001"]}))
        shown(Event("retry", "c.h5", {"cause": "SIGSEGV", "message": "the worker was killed"}))
        shown(Event("end", data={"summary": {}, "reason": ""}))
        shown.close()
    text = (tmp_path / "shown").read_text()
    if kind == "json":
        assert [json.loads(line)["event"] for line in text.splitlines()] == [
            "plan",
            "start",
            "done",
            "retry",
            "end",
        ]
    elif kind == "none":
        assert text == ""
    else:
        assert "a [b].h5" in text
        assert "CFG001" in text


def test_rate_tells_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("migrate.batch.progress.time.monotonic", lambda: now[0])
    rate = Rate()
    rate.take(Event("plan", data={"migrate": 10, "copy": 0}))
    now[0] = 4.0
    for _ in range(2):
        rate.take(Event("done", "x", {}))
    assert rate.text() == "2/10, 0.50/s, 16 s left"


def test_no_framework_in_the_batchs_own_process(tmp_path: Path) -> None:
    folder = models(tmp_path / "in", "a")
    code = (
        "import sys; from pathlib import Path; from migrate.batch.run import run_batch, plan_batch\n"
        "from tests.batch.support import options\n"
        f"run_batch([{str(folder)!r}], Path({str(tmp_path / 'out')!r}), options())\n"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'tf_keras')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_two_runs_on_one_folder(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    (tmp_path / "gate-started").touch()
    first = start(folder, out)
    try:
        while not (tmp_path / "reached-started").exists():
            assert first.poll() is None
        with pytest.raises(MigrationError) as caught:
            run(folder, out)
        assert caught.value.code == "RUN012"
        assert str(first.pid) in caught.value.message
        found = look(out)
        assert found.alive
        assert list(found.running) == ["a.h5"]
    finally:
        (tmp_path / "gate-started").unlink()
        first.communicate(timeout=30)
    assert first.returncode == 0
    assert calls(out) == ["a.h5"]
    run(folder, out)


def test_stopping_keeps_the_report_of_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    monkeypatch.setattr("migrate.batch.runner.FREE_BYTES", 1 << 60)
    with pytest.raises(BatchStopped) as caught:
        run_batch([str(folder)], out, options())
    assert caught.value.code == "RUN011"
    assert caught.value.report.artifacts == []
    monkeypatch.undo()
    assert statuses(run(folder, out)) == {"a.h5": "migrated", "b.h5": "migrated"}


def test_the_plan_is_shown(tmp_path: Path) -> None:
    folder = models(tmp_path / "in", "a", "b\x1b[31m")
    command = [
        sys.executable,
        "-m",
        "migrate",
        "models",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--dry-run",
    ]
    wide = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=wide)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["source", "format", "action", "expected", "certainty", "code", "seconds"]
    assert lines[1].split() == ["a.h5", "hdf5-model", "migrate", "failed", "sure", "WGT010", "0.8"]
    assert lines[2].startswith("b\\x1b[31m.h5")
    assert lines[3].startswith("2 artifacts: 2 to migrate; about ")
