"""Faults that are really made: kill -9 at each step, Ctrl-C, a full disk, a damaged ledger. Each time: nothing
lost, nothing half-written, and a second call completes."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from migrate.batch.lock import STATE
from migrate.batch.run import BatchStopped
from migrate.batch.status import look
from migrate.findings import MigrationError
from migrate.pipeline.publish import STAGING
from migrate.worlds.host import scratch
from migrate.worlds.host.scratch import sweep
from tests.batch.processes import descendants, survivors
from tests.batch.support import calls, intact, models, run, start, statuses, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("step", ["started", "before-publish", "published"])
def test_kill_9_of_the_parent(tmp_path: Path, step: str) -> None:
    folder, out = models(tmp_path / "in", "a", "b", "c"), tmp_path / "out"
    (tmp_path / f"gate-{step}").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / f"reached-{step}")
    below = descendants(process.pid)
    assert below
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert survivors(below) == {}
    assert not look(out).alive
    assert look(out).states["started"] == 1
    (tmp_path / f"gate-{step}").unlink()
    report = run(folder, out)
    assert statuses(report) == dict.fromkeys(("a.h5", "b.h5", "c.h5"), "migrated")
    intact(out, "a", "b", "c")
    repeated = {source for source in calls(out) if calls(out).count(source) > 1}
    assert len(repeated) == (0 if step == "published" else 1)  # what was published is recovered, not redone


def test_kill_9_at_any_moment(tmp_path: Path) -> None:
    """Of the parent and all below it at once, as when the machine goes, again and again until a run gets through."""
    names = [f"slow{number}" for number in range(16)]  # more work than the first three waits allow
    folder, out = models(tmp_path / "in", *names), tmp_path / "out"
    rng = random.Random(7)
    kills, finished = 0, 0
    while True:
        process = start(folder, out)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=rng.uniform(0.2, 2.2) if kills < 12 else 60)
        ended = process.poll()
        for pid in [process.pid, *descendants(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
        with contextlib.suppress(MigrationError):  # killed before there was a ledger
            found = look(out)
            assert found.states.get("finished", 0) >= finished, "what was finished has been lost"
            finished = found.states.get("finished", 0)
        if ended is not None:
            break
        kills += 1
    assert ended == 0
    assert kills >= 3
    report = run(folder, out)
    assert statuses(report) == dict.fromkeys((f"{name}.h5" for name in names), "migrated")
    intact(out, *names)
    # each kill costs at most the two artifacts that were being migrated
    assert len(calls(out)) <= len(names) + 2 * kills


@pytest.mark.parametrize("step", ["started", "before-publish", "published"])
def test_kill_9_of_a_job(tmp_path: Path, step: str) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    (tmp_path / f"gate-{step}").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / f"reached-{step}")
    for pid in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    (tmp_path / f"gate-{step}").unlink()
    process.communicate(timeout=60)
    assert process.returncode == 0
    intact(out, "a", "b")
    assert sorted(calls(out)) in (["a.h5", "a.h5", "b.h5"], ["a.h5", "b.h5", "b.h5"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_once_finishes_what_runs(tmp_path: Path, number: signal.Signals) -> None:
    folder, out = models(tmp_path / "in", "a", "b", "c"), tmp_path / "out"
    (tmp_path / "gate-started").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-started")
    process.send_signal(number)
    time.sleep(0.5)
    assert process.poll() is None
    (tmp_path / "gate-started").unlink()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 9
    assert "running artifacts have been finished" in output
    assert look(out).states == {"finished": 1, "pending": 2}
    assert len(calls(out)) == 1
    assert len(run(folder, out).artifacts) == 3
    assert len(calls(out)) == 3


@pytest.mark.parametrize("kib", [8, 64])
def test_files_that_may_not_grow(tmp_path: Path, kib: int) -> None:
    """``RLIMIT_FSIZE``: not even the ledger fits, or what is made does not; the next run without it goes on."""
    folder, out = models(tmp_path / "in", "large-a", "large-b"), tmp_path / "out"
    process = start(
        folder, out, limits=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))
    )
    told, _ = process.communicate(timeout=60)
    assert "Traceback" not in told
    if kib == 8:
        assert process.returncode == 8
        assert "RUN011" in told
    assert not list(out.glob("large-*"))
    assert statuses(run(folder, out, retry=frozenset({"failed"}))) == {
        "large-a.h5": "migrated",
        "large-b.h5": "migrated",
    }
    intact(out, "large-a", "large-b")


@pytest.mark.parametrize("running", ["a", "bug"], ids=["what runs is published", "what runs fails"])
def test_an_output_folder_that_is_renamed_stops_the_run(tmp_path: Path, running: str) -> None:
    folder, out, renamed = models(tmp_path / "in", running, "z"), tmp_path / "out", tmp_path / "renamed"
    with (folder / f"{running}.h5").open("ab") as file:
        file.write(bytes(100_000))  # longest first
    (tmp_path / "gate-begun").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-begun")
    out.rename(renamed)
    (tmp_path / "gate-begun").unlink()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 9, output
    assert "was renamed or removed during the run" in output
    assert calls(out) == [f"{running}.h5"]
    found = statuses(run(folder, renamed))
    assert found == {f"{running}.h5": "failed" if running == "bug" else "migrated", "z.h5": "migrated"}
    intact(renamed, *(name.removesuffix(".h5") for name, status in found.items() if status == "migrated"))


def test_ctrl_c_twice_ends_at_once(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    (tmp_path / "gate-started").touch()
    process = start(folder, out, jobs=1)
    wait_for(tmp_path / "reached-started")
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    output, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 9
    assert "interrupted immediately" in output
    assert survivors(below) == {}
    (tmp_path / "gate-started").unlink()
    assert statuses(run(folder, out)) == {"a.h5": "migrated", "b.h5": "migrated"}
    intact(out, "a", "b")


def test_a_damaged_ledger_loses_nothing(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a", "b"), tmp_path / "out"
    run(folder, out)
    ledger = out / STATE / "ledger.sqlite"
    ledger.write_bytes(b"SQLite format 3\0" + os.urandom(4096))
    events: list = []
    models(tmp_path / "in", "c")
    report = run(folder, out, events)
    assert events[0].kind == "warning"
    assert statuses(report) == dict.fromkeys(("a.h5", "b.h5", "c.h5"), "migrated")
    assert sorted(calls(out)) == ["a.h5", "b.h5", "c.h5"]
    assert len(list((out / STATE).glob("ledger.damaged-*"))) == 1


def test_what_a_killed_run_was_writing_is_swept(tmp_path: Path) -> None:
    folder, out = models(tmp_path / "in", "a"), tmp_path / "out"
    run(folder, out)
    (out / ".b.0123abcd.tmp").mkdir()
    (out / ".b.0123abcd.tmp" / "half").write_text("x")
    (out / ".b.0123abcd.tmp" / STAGING).touch()
    (out / ".x.12345678.tmp").mkdir()  # the user's own, whatever it is called
    shutil.move(out / "a", out / ".a.0123abcd.old")
    (out / ".keep.txt.tmp").write_text("not ours")
    run(folder, out)
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [STATE, ".keep.txt.tmp", ".x.12345678.tmp", "a", "report.json"]
    )


def test_scratch_of_killed_runs_is_swept(tmp_path: Path) -> None:
    """Told by a lock: the number of a process in another namespace says nothing here."""
    code = (
        "import pathlib, sys, time\nfrom migrate.worlds.host.scratch import Scratch\n"
        "kept = Scratch('run', pathlib.Path(sys.argv[1]))\nprint(kept.folder, flush=True)\ntime.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    living, killed = (subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2))
    folders = [Path(process.stdout.readline().strip()) for process in (living, killed) if process.stdout]
    killed.kill()
    killed.wait()
    others = tmp_path / "keras-migrate-run-1-somebodys"
    others.mkdir()
    (tmp_path / "keras-migrate-run-2-link").symlink_to(folders[0])
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    living.kill()
    living.wait()
    assert left == {folders[0].name, others.name, "keras-migrate-run-2-link"}
    sweep(tmp_path)
    assert not folders[0].exists()


def test_scratch_that_is_written_to_in_the_last_moment_keeps_its_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last look and the end; without the mark no sweep would know whose the folder is."""
    made = scratch.Scratch("run", tmp_path)
    remove = Path.rmdir

    def late(folder: Path) -> None:
        (folder / "late").touch()
        remove(folder)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rmdir", late)
        made.close()
    assert made.folder.is_dir()
    sweep(tmp_path)
    assert not made.folder.exists()


@pytest.mark.parametrize("where", ["mkdtemp", "open", "unlink"])
def test_scratch_whose_owner_is_killed_without_its_mark_is_swept(tmp_path: Path, where: str) -> None:
    """Before the mark is there, while it has its first name, and after it has been taken away."""
    killed = "lambda *_, **__: os.kill(os.getpid(), 9)"
    code = {
        "mkdtemp": f"Path.open = {killed}; scratch.Scratch('run', parent)",
        "open": f"Path.rename = {killed}; scratch.Scratch('run', parent)",
        "unlink": f"made = scratch.Scratch('run', parent); Path.rmdir = {killed}; made.close()",
    }[where]
    first = (
        "import os, sys\nfrom pathlib import Path\n"
        "from migrate.worlds.host import scratch\nparent = Path(sys.argv[1])\n"
    )
    ended = subprocess.run([sys.executable, "-c", first + code, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_scratch_that_is_swept_before_it_has_its_mark_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def late(path: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        sweep(tmp_path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    made = scratch.Scratch("run", tmp_path)
    assert list(tmp_path.iterdir()) == [made.folder]
    sweep(tmp_path)
    assert made.folder.is_dir()
    made.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("patience", [5.0, 0.0], ids=["removed", "left to a sweep"])
def test_scratch_that_is_still_written_to_is_removed_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """A worker that has just been killed may write for a moment longer than its owner lives."""
    monkeypatch.setattr(scratch, "PATIENCE_SECONDS", patience)
    made = scratch.Scratch("run", tmp_path)
    ended = threading.Event()

    def write() -> None:
        for number in range(30):
            with contextlib.suppress(OSError):
                (made.folder / "worker").mkdir(exist_ok=True)
                (made.folder / "worker" / str(number)).touch()
            time.sleep(0.01)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    wait_for(made.folder / "worker" / "3")
    made.close()
    ended.wait(20)
    writer.join()
    if patience == 0:
        assert [path.name for path in tmp_path.iterdir()] == [made.folder.name]
        monkeypatch.undo()
        sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small disk here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_stops_the_run_and_the_next_goes_on(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = models(tmp_path / "in", "a", "large-b", "large-c", "d"), small_disk / "out"
    with pytest.raises(BatchStopped) as caught:
        run(folder, out)
    assert caught.value.code == "RUN011"
    assert "are free" in caught.value.message
    monkeypatch.setattr("migrate.batch.runner.FREE_BYTES", -(1 << 40))
    with pytest.raises(BatchStopped) as caught:
        run(folder, out, jobs=1)
    assert caught.value.code == "RUN011"
    assert list(out.rglob(".*.tmp")) == []
    left = look(out).states
    assert left.get("pending", 0) + left.get("started", 0) >= 1
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    report = run(folder, out)
    assert statuses(report) == dict.fromkeys(("a.h5", "large-b.h5", "large-c.h5", "d.h5"), "migrated")


def test_the_status_of_a_batch_that_has_hardly_begun(tmp_path: Path) -> None:
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / "ledger.sqlite").touch()
    with pytest.raises(MigrationError) as caught:
        look(tmp_path)
    assert caught.value.code == "RUN013"
