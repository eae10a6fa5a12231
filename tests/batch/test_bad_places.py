"""Files and folders that cannot be read or written, that vanish or change, and a file that ends its worker.

Root may read and write everything, so these batches run without root's capabilities.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from migrate.batch.lock import STATE
from migrate.batch.options import BatchOptions
from migrate.batch.run import BatchStopped, run_batch
from migrate.batch.status import look
from migrate.findings import MigrationError
from migrate.pipeline.request import Options
from migrate.results import BatchReport
from tests.batch.support import (
    ROOT,
    UNPRIVILEGED,
    calls,
    intact,
    model,
    models,
    run,
    start,
    statuses,
    wait_for,
)
from tests.scan import exploits

needs_permissions = pytest.mark.skipif(UNPRIVILEGED is None, reason="root, and no setpriv to stop being it")


def report(out: Path) -> dict[str, dict[str, object]]:
    rows = json.loads((out / "report.json").read_text())["artifacts"]
    return {row["source"]: row for row in rows}


def codes(row: dict[str, object]) -> list[str]:
    return [finding["code"] for finding in row["findings"]]  # type: ignore[attr-defined]


@needs_permissions
def test_a_source_without_permission_costs_itself(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "closed", "z"), tmp_path / "out"
    (folder / "closed.h5").chmod(0)
    process = start(folder, out, plain=True)
    process.communicate(timeout=60)
    assert process.returncode == 0
    rows = report(out)
    assert {name: row["status"] for name, row in rows.items()} == {
        "a.h5": "migrated",
        "closed.h5": "failed",
        "z.h5": "migrated",
    }
    assert codes(rows["closed.h5"]) == ["FMT021"]
    (folder / "closed.h5").chmod(0o644)
    assert statuses(run(folder, out)) == dict.fromkeys(("a.h5", "closed.h5", "z.h5"), "migrated")
    assert calls(out).count("a.h5") == 1


@needs_permissions
def test_a_folder_without_permission_is_one_row(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in" / "open", "a").parent, tmp_path / "out"
    models(folder / "shut", "b")
    (folder / "shut").chmod(0)
    process = start(folder, out, plain=True)
    process.communicate(timeout=60)
    (folder / "shut").chmod(0o755)
    assert process.returncode == 0
    rows = report(out)
    assert {name: row["status"] for name, row in rows.items()} == {"open/a.h5": "migrated", "shut": "failed"}
    assert codes(rows["shut"]) == ["FMT021"]
    assert statuses(run(folder, out)) == {"open/a.h5": "migrated", "shut/b.h5": "migrated"}


@needs_permissions
def test_an_output_folder_without_permission(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    out.mkdir(mode=0o555)
    process = start(folder, out, plain=True)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 8
    assert "RUN011" in output
    assert list(out.iterdir()) == []
    out.chmod(0o755)
    assert statuses(run(folder, out)) == {"a.h5": "migrated"}


@needs_permissions
def test_an_output_that_becomes_read_only_in_mid_run(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    (tmp_path / "gate-before-publish").touch()
    process = start(folder, out, plain=True, jobs=1)
    wait_for(tmp_path / "reached-before-publish")
    out.chmod(0o555)
    (tmp_path / "gate-before-publish").unlink()
    output, _ = process.communicate(timeout=60)
    out.chmod(0o755)
    assert process.returncode == 9, output
    assert "RUN011" in output
    assert look(out).statuses == {}
    assert list(out.rglob(".*.tmp")) == []
    assert statuses(run(folder, out)) == {"a.h5": "migrated", "b.h5": "migrated"}
    intact(out, "a", "b")


def test_what_vanishes_or_changes_between_plan_and_start(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "gone", "other"), tmp_path / "out"
    with (folder / "a.h5").open("ab") as file:
        file.write(bytes(100_000))  # longest first
    (tmp_path / "gate-started").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-started")
    (folder / "gone.h5").unlink()
    model(folder / "other.h5", "another content")
    (tmp_path / "gate-started").unlink()
    process.communicate(timeout=60)
    rows = report(out)
    assert {name: row["status"] for name, row in rows.items()} == {
        "a.h5": "migrated",
        "gone.h5": "failed",
        "other.h5": "failed",
    }
    assert codes(rows["gone.h5"]) == ["RUN013"]
    assert codes(rows["other.h5"]) == ["RUN014"]
    assert not (out / "other").exists()  # nothing made from what was not planned
    assert statuses(run(folder, out)) == {"a.h5": "migrated", "other.h5": "migrated"}


def test_a_file_that_is_again_what_it_was_is_tried_again(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "gone", "other"), tmp_path / "out"
    before = {name: (folder / name).read_bytes() for name in ("gone.h5", "other.h5")}
    with (folder / "a.h5").open("ab") as file:
        file.write(bytes(100_000))  # longest first
    (tmp_path / "gate-started").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-started")
    (folder / "gone.h5").unlink()
    model(folder / "other.h5", "another content")
    (tmp_path / "gate-started").unlink()
    process.communicate(timeout=60)
    assert {codes(row)[0] for row in report(out).values() if row["status"] == "failed"} == {
        "RUN013",
        "RUN014",
    }
    for name, content in before.items():
        (folder / name).write_bytes(content)
    assert statuses(run(folder, out)) == dict.fromkeys(("a.h5", "gone.h5", "other.h5"), "migrated")


def test_a_companion_that_changes_while_it_is_read(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    golden = folder / "a.golden.npz"
    golden.write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "gate-before-publish").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-before-publish")
    golden.write_bytes(b"PK\x05\x06" + bytes(18) + b"more")
    (tmp_path / "gate-before-publish").unlink()
    process.communicate(timeout=60)
    # the first attempt is refused; the second sees files that stay as they are
    assert calls(out) == ["a.h5", "a.h5"]
    assert report(out)["a.h5"]["status"] == "migrated"
    intact(out, "a")


def test_a_ledger_that_cannot_be_written_any_more_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from migrate.batch.ledger import Ledger

    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    finish = Ledger.finish

    def full(self: Ledger, *arguments: object) -> None:
        with self._writing():
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Ledger, "finish", full)
    with pytest.raises(BatchStopped) as caught:
        run(folder, out, jobs=1)
    assert caught.value.code == "RUN011"
    monkeypatch.setattr(Ledger, "finish", finish)
    assert statuses(run(folder, out)) == {"a.h5": "migrated", "b.h5": "migrated"}
    assert len(calls(out)) == 2  # what was published without an entry is recovered
    assert (out / STATE / "ledger.sqlite").exists()


@pytest.mark.slow
def test_bytecode_that_would_crash_the_interpreter_is_not_run(tmp_path: Path) -> None:
    """Real workers: the function of a Lambda is interpreted and never executed, unless this Python compiled it."""
    (tmp_path / "in").mkdir()
    exploits.lambda_h5(tmp_path / "in" / "crash.h5", tmp_path / "marker", exploits.crashing_bytecode())
    shutil.copy(ROOT / "legacy_models" / "keras-2.2.4" / "mlp" / "model.h5", tmp_path / "in" / "good.h5")
    batch = BatchOptions(Options(trust=True), jobs=1)

    def go() -> BatchReport:
        return run_batch([str(tmp_path / "in")], tmp_path / "out", batch)

    first = go()
    assert statuses(first) == {"crash.h5": "blocked", "good.h5": "migrated"}
    assert not look(tmp_path / "out").broken
    assert not (tmp_path / "marker").exists()
    assert go().artifacts == first.artifacts


@pytest.mark.slow
def test_a_real_crash_is_tried_once_more_and_costs_one_artifact(tmp_path: Path) -> None:
    """The class of one model dereferences a null pointer when it is called, in whichever worker does."""
    case, source = ROOT / "legacy_models" / "tf.keras-2.8" / "custom_layer", tmp_path / "in"
    source.mkdir()
    shutil.copy(case / "model.h5", source / "crash.h5")
    shutil.copy(ROOT / "legacy_models" / "keras-2.2.4" / "mlp" / "model.h5", source / "good.h5")
    written = (case / "custom_objects.py").read_text()
    crashing = written.replace(
        "        for _ in", "        __import__('ctypes').string_at(0)\n        for _ in"
    )
    assert crashing != written
    code, out, retried = tmp_path / "layers.py", tmp_path / "out", []

    def go(text: str) -> BatchReport:
        code.write_text(text)
        batch = BatchOptions(Options(custom_objects=(code,)), jobs=1)
        return run_batch(
            [str(source)], out, batch, lambda event: event.kind == "retry" and retried.append(event)
        )

    first = go(crashing)
    assert statuses(first) == {"crash.h5": "failed", "good.h5": "migrated"}
    assert [(event.source, event.data["cause"]) for event in retried] == [("crash.h5", "SIGSEGV")]
    assert look(out).broken == {"SIGSEGV": 2}
    (finding,) = next(row.findings for row in first.artifacts if row.source == "crash.h5")
    assert finding.code == "RUN001"
    assert "Tried twice" in finding.hint
    assert list(out.rglob(".*.tmp")) == []
    assert statuses(go(written)) == {"crash.h5": "migrated", "good.h5": "migrated"}


def test_the_temporary_folder_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(MigrationError) as caught:
        run(models(tmp_path / "in", "a"), tmp_path / "out", scratch=tmp_path / "nowhere")
    assert caught.value.code == "RUN011"


def test_unprivileged_means_it(tmp_path: Path) -> None:
    if UNPRIVILEGED is None:
        pytest.skip("root, and no setpriv to stop being it")
    file = tmp_path / "closed"
    file.touch(mode=0)
    assert subprocess.run([*UNPRIVILEGED, "cat", str(file)], capture_output=True, check=False).returncode == 1
