"""ForkServers: workers forked from a process that has imported the frameworks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from migrate.worlds.host import forkserver as module
from migrate.worlds.host.ends import WorkerDied
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.forkserver import ForkServers
from migrate.worlds.host.process import Forked
from migrate.worlds.host.sandbox import policy
from migrate.worlds.host.worker import Worker
from tests.batch.processes import survivors
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not module.SUPPORTED, reason="no fork servers on this system")
LIGHT = {"keras2": (World.LEGACY, ("decimal",)), "keras3": (World.MODERN, ("decimal",))}
HANDLERS = """
import os, sys, tempfile
def look(params, scratch):
    return {"imported": "decimal" in sys.modules, "parent": os.getppid(), "pid": os.getpid(),
            "home": os.environ["HOME"], "temporary": tempfile.gettempdir(), "cwd": os.getcwd(),
            "open": [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
                     if os.path.islink(f"/proc/self/fd/{n}")]}
def crash(params, scratch):
    import signal
    os.kill(os.getpid(), signal.SIGSEGV)
def frameworks(params, scratch):
    return {"loaded": sorted(n for n in ("tensorflow", "keras", "tf_keras", "migrate") if n in sys.modules)}
HANDLERS = {"look": look, "crash": crash, "frameworks": frameworks}
"""


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    file = tmp_path / "handlers_file.py"
    file.write_text(HANDLERS)
    return file


@pytest.fixture
def forkservers(tmp_path: Path):
    made = ForkServers(tmp_path / "n", 1, LIGHT)
    yield made
    made.close()


def worker(tmp_path: Path, handlers: Path, forkservers: ForkServers, name: str = "s") -> Worker:
    limits = Limits(call_seconds=20, start_seconds=20)
    address = forkservers.sockets()[World.LEGACY]
    return Worker(World.LEGACY, tmp_path / name, limits, handlers=handlers, forkserver=address)


def test_children_share_what_the_fork_server_imported_and_nothing_else(
    tmp_path: Path, handlers: Path, forkservers: ForkServers
) -> None:
    with (
        worker(tmp_path, handlers, forkservers, "a") as one,
        worker(tmp_path, handlers, forkservers, "b") as two,
    ):
        first, second = one.call("look", {}), two.call("look", {})
    assert first["imported"]
    assert first["parent"] == second["parent"] != os.getpid()
    assert first["pid"] != second["pid"]
    for seen, name in ((first, "a"), (second, "b")):
        own = str(tmp_path / name)
        assert (seen["home"], seen["temporary"], seen["cwd"]) == (own, own, own)
        assert not [target for target in seen["open"] if target.startswith("socket:")]


def test_the_end_of_a_child_is_told_with_its_signal(
    tmp_path: Path, handlers: Path, forkservers: ForkServers
) -> None:
    with worker(tmp_path, handlers, forkservers) as made:
        with pytest.raises(WorkerDied) as caught:
            made.call("crash", {})
        assert caught.value.signal == "SIGSEGV"
        assert made.call("look", {})["imported"], "the next call has a fresh child of the same forkserver"
        assert made.starts == 2


def test_a_closed_worker_leaves_no_process(tmp_path: Path, handlers: Path, forkservers: ForkServers) -> None:
    made = worker(tmp_path, handlers, forkservers)
    pid = made.call("look", {})["pid"]
    assert made.pid == pid
    made.close()
    assert not Path(f"/proc/{pid}").exists(), "killed, and its status collected by the forkserver"


def test_the_number_of_a_child_is_waited_for(tmp_path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(str(tmp_path / "socket"))
    listening.listen(1)

    def late() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1 << 16)
            time.sleep(0.2)
            connection.send(b'{"pid": 123}')
            connection.recv(1 << 16)  # until the other side closes

    thread = threading.Thread(target=late)
    thread.start()
    child = Forked(tmp_path / "socket", [], tmp_path, {})
    try:
        assert child.pid == 123
    finally:
        for stream in (child.stdin, child.stdout, child.stderr):
            stream.close()
        child._connection.close()
        thread.join()
        listening.close()


def test_without_its_fork_server_a_worker_starts_by_itself(
    tmp_path: Path, handlers: Path, forkservers: ForkServers
) -> None:
    made = worker(tmp_path, handlers, forkservers)
    forkservers.close()
    with made:
        seen = made.call("look", {})
    assert seen["parent"] == os.getpid()


def test_the_death_of_a_fork_server_costs_its_children(
    tmp_path: Path, handlers: Path, forkservers: ForkServers
) -> None:
    made = worker(tmp_path, handlers, forkservers)
    forkserver = made.call("look", {})["parent"]
    os.kill(forkserver, signal.SIGKILL)
    end = time.monotonic() + 10
    while made.alive and time.monotonic() < end:
        time.sleep(0.01)
    assert not made.alive, "who could have told its end is gone"
    with made:
        assert made.call("look", {})["parent"] == os.getpid(), "the next call begins by itself"


def test_fork_servers_end_with_their_owner(tmp_path: Path, handlers: Path) -> None:
    script = f"""
        import os, sys, time
        from pathlib import Path
        from migrate.worlds.host.environment import World
        from migrate.worlds.host.forkserver import ForkServers
        from migrate.worlds.host.worker import Worker
        light = {{"keras2": (World.LEGACY, ("decimal",)), "keras3": (World.MODERN, ("decimal",))}}
        forkservers = ForkServers(Path({str(tmp_path / "n")!r}), 1, light)
        worker = Worker(World.LEGACY, Path({str(tmp_path / "s")!r}), handlers=Path({str(handlers)!r}),
                        forkserver=forkservers.sockets()[World.LEGACY])
        seen = worker.call("look", {{}})
        print(seen["pid"], seen["parent"], flush=True)
        os.kill(os.getpid(), 9)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    numbers = done.stdout.split()
    assert len(numbers) == 2, done.stderr
    end = time.monotonic() + 10
    while any(_runs(number) for number in numbers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [number for number in numbers if _runs(number)]


def _runs(number: str) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_path_too_long_for_a_socket_means_no_forkserver(tmp_path: Path) -> None:
    forkservers = ForkServers(tmp_path / ("x" * module.LONGEST_PATH), 1, LIGHT)
    assert forkservers.sockets() == {}
    forkservers.close()


def test_nobody_listening_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Forked(tmp_path / "nowhere", [], tmp_path, {})


@pytest.mark.slow
def test_a_sandboxed_child_holds_the_frameworks_and_nothing_of_this_project(
    tmp_path: Path, handlers: Path
) -> None:
    forkservers = ForkServers(tmp_path / "n", 1)
    limits = Limits(call_seconds=60)
    rules = policy(tmp_path / "s", limits, [handlers])
    sockets = forkservers.sockets()
    try:
        with Worker(
            World.STOCK,
            tmp_path / "s",
            limits,
            handlers=handlers,
            policy=rules,
            forkserver=sockets[World.STOCK],
        ) as forked:
            assert forked.call("frameworks", {})["loaded"] == ["keras", "tensorflow"]
            assert forked.hello is not None
            protections, missing = forked.hello.protections, forked.hello.missing
        with Worker(World.STOCK, tmp_path / "s", limits, handlers=handlers, policy=rules) as started:
            hello = started.ready()
            assert (hello.protections, hello.missing) == (protections, missing)
    finally:
        forkservers.close()


@pytest.mark.slow
def test_it_ends_with_its_owner_in_the_middle_of_an_import(tmp_path: Path) -> None:
    """What it imports writes into its home, which the next run has swept by the time that the import comes to it."""
    owner = textwrap.dedent(
        f"""
        import pathlib, time
        from migrate.worlds.host.forkserver import ForkServers
        made = ForkServers(pathlib.Path({str(tmp_path / "f")!r}), 1, now=True)
        made.sockets()
        print(*(process.pid for process in made._processes.values()), flush=True)
        time.sleep(60)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", owner], stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    assert process.stdout is not None
    pids = {int(word): "a fork server" for word in process.stdout.readline().split()}
    assert len(pids) == 2
    deadline = time.monotonic() + 120
    while not all("tensorflow" in Path(f"/proc/{pid}/maps").read_text() for pid in pids):
        assert time.monotonic() < deadline, "TensorFlow is not imported"
        time.sleep(0.02)
    process.kill()
    process.wait(60)
    process.stdout.close()
    assert survivors(pids) == {}
    assert [path.name for path in (tmp_path / "f").glob("*/*")] == ["socket", "socket"], (
        "no import has come to its end"
    )
