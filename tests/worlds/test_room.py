"""What a machine that grants too little memory does to a worker is told as that, and nothing is concluded from it."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.findings import MigrationError, Status
from migrate.formats.bounded import address_space
from migrate.outcomes import WORKER_ENDED, status_of
from migrate.worlds.host import room
from migrate.worlds.host.ends import WorkerDied, WorkerMemory, WorkerStarved, WorldError, said_of_memory
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.installed import ADDRESSES, must_have_frameworks
from migrate.worlds.host.pool import Pool
from migrate.worlds.host.worker import Worker

HANDLERS = """
import os, signal, sys, time
def add(params, scratch): return {"sum": params["a"] + params["b"]}
def killed(params, scratch): os.kill(os.getpid(), signal.SIGKILL)
def asks(params, scratch): return {"got": len(bytearray(params["bytes"]))}
def wraps(params, scratch):
    try: bytearray(params["bytes"])
    except MemoryError as error: raise ValueError("the model cannot be run") from error
def aborts(params, scratch):
    print(params["words"], file=sys.stderr, flush=True); os.abort()
def hangs(params, scratch): time.sleep(60)
HANDLERS = {k: v for k, v in globals().items() if callable(v)}
"""
LARGE = 3 << 30
BAD_ALLOC = "terminate called after throwing an instance of 'std::bad_alloc'"
NO_THREAD = "Thread tf_foreach creation via pthread_create() failed."


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    file = tmp_path / "handlers.py"
    file.write_text(HANDLERS)
    return file


@pytest.fixture
def worker(tmp_path: Path, handlers: Path) -> Iterator[Worker]:
    """Started by its first call, so that a limit of the test's is its own."""
    made = Worker(World.LEGACY, tmp_path / "scratch", handlers=handlers)
    yield made
    made.close()


@contextlib.contextmanager
def narrow(beyond: int = 1 << 30) -> Iterator[None]:
    """A limit of addresses, as ``ulimit -v`` sets one, for what is started meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + beyond, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_kill_from_outside_is_not_the_files_doing(worker: Worker) -> None:
    with pytest.raises(
        WorkerStarved, match=r"killed by SIGKILL, (by something outside|the kernel)"
    ) as caught:
        worker.call("killed", {})
    assert caught.value.code == "RUN022"
    assert "crash" not in f"{caught.value.message} {caught.value.hint}"
    assert worker.starved is caught.value
    assert worker.call("add", {"a": 1, "b": 1}) == {"sum": 2}
    assert worker.starved is not None, "an answer afterwards does not make the silence count"


@pytest.mark.parametrize("method", ["asks", "wraps"])
def test_an_error_under_a_limit_of_addresses_is_the_limits_doing(worker: Worker, method: str) -> None:
    with narrow():
        with pytest.raises(WorkerStarved, match=r"found no memory under a limit of \d+ MB .*MemoryError"):
            worker.call(method, {"bytes": address_space() + LARGE})  # whatever this process holds
        assert not worker.alive


def test_the_same_error_without_such_a_limit_is_the_files(worker: Worker) -> None:
    with pytest.raises(WorldError) as caught:
        worker.call("asks", {"bytes": 1 << 60})
    assert (caught.value.code, caught.value.kind) == ("RUN005", "MemoryError")
    assert worker.starved is None


def test_a_crash_without_such_a_limit_says_what_it_said(worker: Worker) -> None:
    with pytest.raises(WorkerDied, match=r"killed by SIGABRT: .*bad_alloc") as caught:
        worker.call("aborts", {"words": BAD_ALLOC})
    assert caught.value.code == "RUN003", "it asked for more than it may have"
    with pytest.raises(WorkerDied, match=r"killed by SIGABRT$") as caught:
        worker.call("aborts", {"words": "Check failed: ok"})
    assert caught.value.code == "RUN001"


def test_a_crash_under_such_a_limit_does_not_count(worker: Worker) -> None:
    with (
        narrow(),
        pytest.raises(WorkerStarved, match=r"killed by SIGABRT under a limit of \d+ MB .*bad_alloc"),
    ):
        worker.call("aborts", {"words": BAD_ALLOC})


def test_a_thread_that_the_machine_refuses_does_not_count(worker: Worker) -> None:
    with pytest.raises(WorkerStarved, match="pthread_create"):
        worker.call("aborts", {"words": NO_THREAD})


def test_what_hangs_under_such_a_limit_does_not_count(worker: Worker) -> None:
    with narrow(), pytest.raises(WorkerStarved, match=r"did not finish 'hangs' within 0.5 s under a limit"):
        worker.call("hangs", {}, timeout=0.5)


def test_a_world_that_cannot_be_imported_under_such_a_limit_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "handlers.py"
    file.write_text("raise ImportError('numpy._core.multiarray failed to import')")
    with (
        narrow(),
        Worker(World.LEGACY, tmp_path / "s", handlers=file) as made,
        pytest.raises(WorkerStarved, match=r"could not import its framework under .*multiarray"),
    ):
        made.ready()


def test_a_kernel_that_does_not_overcommit_is_such_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path, *a: "2\n" if path.name == "overcommit_memory" else read(path, *a)
    )
    assert "vm.overcommit_memory" in room.short_of(Limits())


def test_a_limit_as_large_as_the_workers_own_grants_all() -> None:
    with narrow(15 << 30):
        assert "RLIMIT_AS" not in room.short_of(Limits())
        assert "RLIMIT_AS" in room.short_of(Limits(memory_bytes=32 << 30))


def test_where_no_framework_can_run_nothing_is_begun() -> None:
    with narrow(0):
        if address_space() > ADDRESSES:
            pytest.skip("this process has more addresses than that itself")
        with pytest.raises(MigrationError, match=r"has only \d+ MB of address space") as caught:
            must_have_frameworks()
    assert caught.value.code == "RUN022"


def test_the_next_artifact_begins_without_it(tmp_path: Path, handlers: Path) -> None:
    with Pool(1, tmp_path / "pool", handlers=dict.fromkeys(World, handlers)) as pool:
        with pool.slot() as slot:
            with pytest.raises(WorkerStarved):
                slot.modern.call("killed", {})
            with pytest.raises(WorkerStarved):
                slot.must_have_had_room()
        with pool.slot() as slot:
            slot.must_have_had_room()


def test_it_is_tried_again_and_fails_in_the_end() -> None:
    assert "RUN022" in WORKER_ENDED
    assert status_of("RUN022") is Status.FAILED


@pytest.mark.parametrize(
    "words",
    [
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB for an array",
        "ImportError: libx.so: failed to map segment from shared object",
        "OSError: [Errno 12] Cannot allocate memory",
        "ResourceExhaustedError: {{function_node ...}} OOM when allocating tensor with shape[9,9]",
        BAD_ALLOC,
    ],
)
def test_how_missing_memory_is_told(words: str) -> None:
    assert said_of_memory(f"first line\n{words}\nlast line") == words
    assert said_of_memory("ValueError: shapes (3,) and (4,) do not match") == ""


def test_outgrowing_the_own_limit_is_the_files_doing() -> None:
    assert not isinstance(WorkerMemory(World.LEGACY, 9, 8), WorkerStarved)
    assert issubclass(WorkerStarved, MigrationError)
