"""A real Ray cluster of two nodes on loopback, one of which is killed in mid-run."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.batch.events import Event
from migrate.batch.ledger import Ledger
from migrate.batch.lock import STATE
from migrate.batch.ray import LOOPBACK_ONLY
from migrate.batch.run import run_batch
from tests.batch.processes import command, descendants, survivors
from tests.batch.support import ROOT, calls, intact, models, options, statuses, wait_for

os.environ.setdefault(LOOPBACK_ONLY, "0")  # read when Ray is imported
ray = pytest.importorskip("ray", reason="needs the ray extra")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two nodes of one CPU; afterwards nothing of them is left, neither process nor file.

    What this project started must end by itself. Ray's own processes are ended here: a worker that starts while
    its node is killed looks for the cluster for up to a minute (``gcs_rpc_server_reconnect_timeout_s``).
    """
    from ray.cluster_utils import Cluster

    folder = tempfile.mkdtemp(prefix="km-ray-")  # short: sockets are made in it
    monkeypatch.setenv("RAY_TMPDIR", folder)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    others = set(descendants(os.getpid()))  # workers that other tests of this process share
    node = {"num_cpus": 1, "memory": 6 << 30, "object_store_memory": 100 << 20}
    made = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    started: dict[int, str] = {}
    try:
        second = made.add_node(**node)
        made.wait_for_nodes()
        ray.init(address=made.address, log_to_driver=False)
        started |= commands_below(others)
        yield made, second
        started |= commands_below(others)
    finally:
        ray.shutdown()
        made.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
    ours = {pid for pid, run in started.items() if str(ROOT / "migrate") in run}
    assert survivors(ours) == {}
    for pid in started.keys() - ours:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert survivors(started) == {}


def commands_below(others: set[int]) -> dict[int, str]:
    """What this test process has started and what it runs, without ``others`` and what those have forked."""
    beside = {below for pid in others for below in [pid, *descendants(pid)]}
    return {pid: command(pid) for pid in descendants(os.getpid()) if pid not in beside}


def listening(pids: set[int]) -> set[str]:
    """Addresses on which processes listen, as ``/proc/net`` writes them."""
    addresses = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                addresses[f"socket:[{fields[9]}]"] = fields[1].partition(":")[0]
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            found |= {addresses.get(os.readlink(fd), "") for fd in Path(f"/proc/{pid}/fd").iterdir()}
    return found - {""}


def test_nobody_listens_beyond_loopback(cluster: Any) -> None:
    found = listening({os.getpid(), *descendants(os.getpid())})
    assert found
    assert found <= {"0100007F", "0000000000000000FFFF00000100007F"}  # 127.0.0.1, as IPv4 and mapped


def test_a_node_is_killed_in_mid_run(tmp_path: Path, cluster: Any) -> None:
    from migrate.batch.ray import ray_executor

    made, second = cluster
    names = [f"slow{number}" for number in range(10)]
    folder, out = models(tmp_path / "in", *names), tmp_path / "out"
    (tmp_path / "gate-before-publish").touch()

    def kill() -> None:
        wait_for(tmp_path / "reached-before-publish", 60)
        deadline = time.monotonic() + 30
        while len(set(calls(out))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)  # both nodes are at work
        made.remove_node(second, allow_graceful=False)
        (tmp_path / "gate-before-publish").unlink()

    killer = threading.Thread(target=kill)
    killer.start()
    events: list[Event] = []
    report = run_batch([str(folder)], out, options(jobs=2), events.append, ray_executor)
    killer.join()
    assert statuses(report) == dict.fromkeys((f"{name}.h5" for name in names), "migrated")
    intact(out, *names)
    done = [event.source for event in events if event.kind == "done"]
    assert len(done) == len(set(done)) == 10
    ledger = Ledger(out / STATE / "ledger.sqlite", readonly=True)
    attempts = ledger.attempts()
    ledger.close()
    assert len(attempts) == 11
    assert [attempt.outcome for attempt in attempts].count("") == 1  # the one that went with its node


@pytest.mark.full
def test_faults_of_artifacts_are_the_same_as_on_one_machine(tmp_path: Path, cluster: Any) -> None:
    from migrate.batch.ray import ray_executor

    folder, out = models(tmp_path / "in", "good", "segfault", "bug", "once"), tmp_path / "out"
    report = run_batch([str(folder)], out, options(jobs=2), make_executor=ray_executor)
    assert statuses(report) == {
        "bug.h5": "failed",
        "good.h5": "migrated",
        "once.h5": "migrated",
        "segfault.h5": "failed",
    }
    assert (
        "SIGSEGV" in next(row for row in report.artifacts if row.source == "segfault.h5").findings[0].message
    )
    assert calls(out).count("segfault.h5") == 2
