"""Workers: real subprocesses with small handlers in place of TensorFlow."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from migrate.worlds.host.ends import WorkerDied, WorkerMemory, WorkerStarved, WorkerTimeout, WorldError
from migrate.worlds.host.environment import Limits, World, environment
from migrate.worlds.host.forkserver import ForkServers
from migrate.worlds.host.pool import Pool, Slot
from migrate.worlds.host.protocol import Framer, ProtocolError, decode
from migrate.worlds.host.worker import Worker

HANDLERS = """
import ctypes, os, sys, time
CALLS = []

class MigrationError(Exception):
    def __init__(self):
        super().__init__("no such layer")
        self.code, self.message, self.hint, self.place = "CFG003", "no such layer", "add it", "model/dense"

def add(params, scratch):
    print("noise on stdout"); os.write(1, b"more noise"); print("and on stderr", file=sys.stderr)
    CALLS.append(1)
    return {"sum": params["a"] + params["b"], "calls": len(CALLS)}
def fail(params, scratch): raise TypeError("wrong: " + params["what"])
def refuse(params, scratch): raise MigrationError()
def leave(params, scratch): sys.exit(4)
def crash(params, scratch): ctypes.string_at(0)
def hang(params, scratch): time.sleep(60)
def grow(params, scratch):
    keep = []
    while True:
        keep.append(bytearray(b"x") * (16 << 20)); time.sleep(0.01)
def big(params, scratch): return {"text": "x" * params["size"], "got": len(params.get("text", ""))}
def forge(params, scratch):
    message = params["raw"].encode("latin-1")
    for fd in range(3, 10):
        try: os.write(fd, message)
        except OSError: pass
    time.sleep(60)
def nan(params, scratch): return {"x": float("nan")}
def env(params, scratch): return {"env": dict(os.environ), "cwd": os.getcwd(), "scratch": str(scratch)}
def project(params, scratch):
    try: import migrate
    except ImportError as error: return {"seen": False, "why": str(error)}
    return {"seen": True, "why": ""}
HANDLERS = {k: v for k, v in globals().items() if callable(v) and k != "MigrationError"}
"""

LIGHT = {"keras2": (World.LEGACY, ("decimal",)), "keras3": (World.MODERN, ("decimal",))}
"""Fork servers that import something small in place of the frameworks."""


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    file = tmp_path / "handlers_file.py"
    file.write_text(HANDLERS)
    return file


@pytest.fixture(params=["started", "forked"])
def worker(request: pytest.FixtureRequest, tmp_path: Path, handlers: Path):
    limits = Limits(call_seconds=20, start_seconds=20)
    forkservers = ForkServers(tmp_path / "n", 1, LIGHT)
    forkserver = forkservers.sockets().get(World.LEGACY) if request.param == "forked" else None
    scratch = tmp_path / "scratch"
    with Worker(World.LEGACY, scratch, limits, handlers=handlers, forkserver=forkserver) as made:
        yield made
    forkservers.close()


def test_a_start_is_logged(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    """A process that is forked has no number yet; a message that asks for one raised where logging was on."""
    worker.close()
    with caplog.at_level(logging.INFO, "migrate"):
        worker.start()
    assert "legacy worker started" in caplog.text


def test_a_worker_that_was_ready_before_it_was_asked_is_ready(tmp_path: Path, handlers: Path) -> None:
    """A slot warms its last world when its first begins; the time between belongs to the model."""
    limits = Limits(call_seconds=20, start_seconds=0.01)
    with Worker(World.LEGACY, tmp_path / "scratch", limits, handlers=handlers) as made:
        made.start()
        assert made._process is not None
        assert select.select([made._process.stdout], [], [], 60)[0]
        assert made.ready().error is None


def test_a_start_that_takes_too_long_says_nothing_of_the_file(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\nHANDLERS = {}\n")
    limits = Limits(call_seconds=20, start_seconds=0.5)
    with Worker(World.LEGACY, tmp_path / "scratch", limits, handlers=slow) as made:
        with pytest.raises(WorkerStarved, match=r"was not ready within 0\.5 s") as starved:
            made.ready()
        assert not made.alive
    assert starved.value.code == "RUN022"


def test_a_call_returns_in_spite_of_prints(worker: Worker) -> None:
    assert worker.call("add", {"a": 2, "b": 3}) == {"sum": 5, "calls": 1}
    assert worker.call("add", {"a": 2, "b": 4}) == {"sum": 6, "calls": 2}
    assert worker.starts == 1
    worker.call("add", {"a": 0, "b": 0})
    assert "noise on stdout" in worker.log
    assert "more noise" in worker.log


def test_messages_larger_than_a_pipe_go_both_ways(worker: Worker) -> None:
    reply = worker.call("big", {"size": 3_000_000, "text": "y" * 2_000_000})
    assert len(reply["text"]) == 3_000_000
    assert reply["got"] == 2_000_000


def test_exceptions_arrive_with_their_kind_and_the_worker_lives(worker: Worker) -> None:
    with pytest.raises(WorldError) as caught:
        worker.call("fail", {"what": "shape"})
    assert (caught.value.kind, caught.value.message) == ("TypeError", "wrong: shape")
    assert "in fail" in caught.value.traceback
    with pytest.raises(WorldError) as caught:
        worker.call("refuse", {})
    assert (caught.value.code, caught.value.hint, caught.value.place) == ("CFG003", "add it", "model/dense")
    with pytest.raises(WorldError, match="no handler"):
        worker.call("unknown", {})
    with pytest.raises(WorldError) as caught:
        worker.call("leave", {})
    assert caught.value.kind == "SystemExit"
    with pytest.raises(WorldError, match="JSON"):
        worker.call("nan", {})
    assert worker.call("add", {"a": 1, "b": 1})["sum"] == 2
    assert worker.starts == 1


def test_a_crash_names_the_signal_and_the_next_call_works(worker: Worker) -> None:
    with pytest.raises(WorkerDied) as caught:
        worker.call("crash", {})
    assert caught.value.signal == "SIGSEGV"
    assert "Segmentation fault" in caught.value.log
    assert worker.call("add", {"a": 1, "b": 1}) == {"sum": 2, "calls": 1}
    assert worker.starts == 2


def test_a_hang_is_cut_and_its_process_is_gone(worker: Worker) -> None:
    worker.ready()
    pid = worker.pid
    assert pid is not None
    began = time.monotonic()
    with pytest.raises(WorkerTimeout, match="'hang' in the legacy world"):
        worker.call("hang", {}, timeout=0.5)
    assert time.monotonic() - began < 5
    assert not Path(f"/proc/{pid}").exists()


def test_memory_beyond_the_limit_is_cut(tmp_path: Path, handlers: Path) -> None:
    limits = Limits(memory_bytes=300 << 20, call_seconds=60)
    with Worker(World.MODERN, tmp_path / "s", limits, handlers=handlers) as worker:
        with pytest.raises(WorkerMemory, match="limit 300 MB"):
            worker.call("grow", {})
        assert worker.peak_bytes > 300 << 20


@pytest.mark.parametrize(
    "raw",
    [
        "\xff\xff\xff\xff",
        "\x00\x00\x00\x02[]",
        "\x00\x00\x00\x05nope!",
        "\x00\x00\x00\x26" + '{"type":"result","id":99,"result":{}}' + " ",
    ],
    ids=["huge", "shape", "not json", "other call"],
)
def test_forged_replies_end_the_worker(worker: Worker, raw: str) -> None:
    with pytest.raises(ProtocolError):
        worker.call("forge", {"raw": raw}, timeout=10)
    assert not worker.alive


def test_environment_is_an_allow_list(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.close()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    answer = worker.call("env", {})
    assert "secret" not in answer["env"].values()
    assert "PYTHONPATH" not in answer["env"]
    assert answer["env"]["TF_USE_LEGACY_KERAS"] == "1"
    assert answer["env"]["CUDA_VISIBLE_DEVICES"] == ""
    assert answer["env"]["HOME"] == answer["cwd"] == answer["scratch"] == str(tmp_path / "scratch")


def test_only_the_legacy_world_has_the_legacy_switch(tmp_path: Path) -> None:
    legacy = environment(World.LEGACY, tmp_path, 1, {})
    modern = environment(World.MODERN, tmp_path, 3, {"TF_USE_LEGACY_KERAS": "1"})
    assert legacy["TF_USE_LEGACY_KERAS"] == "1"
    assert "TF_USE_LEGACY_KERAS" not in modern
    assert modern["KERAS_BACKEND"] == "tensorflow"
    assert modern["TF_NUM_INTRAOP_THREADS"] == "3"


def test_the_stock_world_cannot_see_this_project(tmp_path: Path, handlers: Path) -> None:
    with Worker(World.STOCK, tmp_path / "s", handlers=handlers) as worker:
        assert not worker.call("project", {})["seen"]
    with Worker(World.MODERN, tmp_path / "m", handlers=handlers) as worker:
        assert worker.call("project", {})["seen"]


def test_a_world_that_cannot_import_says_so(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("import no_such_module_at_all\n")
    with (
        pytest.raises(WorldError, match="no_such_module_at_all"),
        Worker(World.LEGACY, tmp_path / "s", handlers=file) as worker,
    ):
        worker.call("add", {})


def test_workers_end_with_a_killed_parent(tmp_path: Path, handlers: Path) -> None:
    script = textwrap.dedent(f"""
        import sys, threading
        from pathlib import Path
        from migrate.worlds.host.worker import Worker
        from migrate.worlds.host.environment import World
        worker = Worker(World.LEGACY, Path({str(tmp_path / "s")!r}), handlers=Path({str(handlers)!r}))
        worker.ready()
        print(worker.pid, flush=True)
        worker.call("hang", {{}})
    """)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()


def test_a_pool_lends_slots_and_repairs_them_between_artifacts(tmp_path: Path, handlers: Path) -> None:
    limits = Limits(recycle_calls=2)
    files = dict.fromkeys(World, handlers)
    with Pool(1, tmp_path / "pool", limits, handlers=files) as pool:
        with pool.slot() as slot:
            slot.legacy.call("add", {"a": 1, "b": 1})
            slot.legacy.call("add", {"a": 1, "b": 1})
            assert slot.legacy.call("add", {"a": 1, "b": 1})["calls"] == 3  # never in mid-artifact
            (slot.legacy.scratch / "left").mkdir()
            (slot.inputs / "left").write_text("x")
            with pytest.raises(WorkerDied):
                slot.modern.call("crash", {})
        with pool.slot() as slot:
            assert not (slot.legacy.scratch / "left").exists()
            assert not (slot.inputs / "left").exists()
            assert slot.legacy.call("add", {"a": 1, "b": 1})["calls"] == 1
            assert slot.legacy.starts == 2
            assert slot.modern.call("add", {"a": 1, "b": 1})["calls"] == 1
            pids = [worker.pid for worker in slot.workers.values() if worker.pid]
    assert not (tmp_path / "pool").exists()
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_that_an_authors_code_ran_in_are_replaced(tmp_path: Path, handlers: Path) -> None:
    def calls(slot: Slot, world: World) -> object:
        return slot.workers[world].call("add", {"a": 1, "b": 1})["calls"]

    with Pool(1, tmp_path / "pool", handlers=dict.fromkeys(World, handlers)) as pool:
        with pool.slot() as slot:
            assert slot.stage_code("layers.py", b"").parent == slot.inputs
            assert [calls(slot, world) for world in World] == [1, 1, 1, 1]
        for number in (1, 2):  # and what replaced them is kept
            with pool.slot() as slot:
                assert not slot.runs_foreign_code
                assert [calls(slot, world) for world in World] == [number, number, number, number + 1]


def test_guests_stay_with_their_slot_until_an_authors_code_ran(tmp_path: Path, handlers: Path) -> None:
    """A release of Keras 3 is started once and serves every artifact of a job."""
    with Pool(1, tmp_path / "pool", handlers=dict.fromkeys(World, handlers)) as pool:

        def guest(slot: Slot) -> Worker:
            return slot.guest("keras-3.9", lambda: Worker(World.STOCK, slot.folder / "g", handlers=handlers))

        with pool.slot() as slot:
            first = guest(slot)
            first.call("add", {"a": 1, "b": 1})
            (first.scratch / "left.txt").write_text("of the artifact before")
        with pool.slot() as slot:
            assert guest(slot) is first
            first.call("add", {"a": 1, "b": 1})
            assert first.starts == 1
            assert not (first.scratch / "left.txt").exists()
            slot.stage_code("custom.py", b"")
        assert not first.alive
        with pool.slot() as slot:
            guest(slot).call("add", {"a": 1, "b": 1})
    assert not first.alive


def test_framer_cuts_a_stream_at_any_place() -> None:
    stream = b"\x00\x00\x00\x02{}\x00\x00\x00\x01a"
    for size in (1, 2, 3, 7, 100):
        framer = Framer()
        found = [m for i in range(0, len(stream), size) for m in framer.feed(stream[i : i + size])]
        assert found == [b"{}", b"a"]


def test_a_reply_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(ProtocolError):
        decode(b'{"type":"result","id":1,"result":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}")


def test_the_parent_side_imports_no_framework() -> None:
    code = (
        "import sys, migrate.worlds.host.pool, migrate.worlds.host.worker, migrate.worlds.guest.serve;"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'tf_keras', 'numpy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
