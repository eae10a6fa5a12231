"""The sandbox: what a worker tries, and what the kernel lets it do."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from migrate.worlds.guest import sandbox_apply, sandbox_syscalls
from migrate.worlds.host.ends import WorkerDied, WorkerScratch, WorldError
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.pool import Pool
from migrate.worlds.host.sandbox import granted, policy, promises, shortfall
from migrate.worlds.host.worker import Worker

HANDLERS = """
def run(params, scratch):
    exec(params["code"], {"scratch": scratch, "outside": params.get("outside", "")})
    return {}
HANDLERS = {"run": run}
"""

WRITE_OUTSIDE = "open(outside + '/written', 'w').write('x')"
READ_OUTSIDE = "open(outside + '/secret').read()"
CONNECT = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)"
UNIX_SOCKET = "import socket; socket.socket(socket.AF_UNIX)"
FORK = "import os; os._exit(0) if os.fork() == 0 else os.wait()"
SPAWN = "import subprocess; subprocess.run(['/bin/true'], check=True)"
KILL_PARENT = "import os, signal; os.kill(os.getppid(), 0)"
TRACE_PARENT = "import os; open(f'/proc/{os.getppid()}/environ').read()"
RAISE_LIMITS = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))"
ALLOWED = """
import threading, os, tempfile, json, mmap
thread = threading.Thread(target=print, args=("in a thread",)); thread.start(); thread.join()
(scratch / "folder").mkdir(exist_ok=True)
(scratch / "folder" / "file").write_text("x")
(scratch / "folder" / "file").rename(scratch / "renamed")
with tempfile.NamedTemporaryFile() as f: f.write(b"x")
open(os.devnull, "w").write("x")
os.kill(os.getpid(), 0)
"""


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    file = tmp_path / "handlers_file.py"
    file.write_text(HANDLERS)
    return file


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("s")
    return folder


def locked(
    tmp_path: Path, handlers: Path, skip: tuple[str, ...] = (), limits: Limits | None = None
) -> Worker:
    limits = limits or Limits(call_seconds=30)
    scratch = tmp_path / "scratch"
    rules = policy(scratch, limits, [handlers], skip=skip)
    return Worker(World.MODERN, scratch, limits, handlers=handlers, policy=rules)


def attempt(worker: Worker, code: str, outside: Path) -> str:
    """The name of the exception that the code ends with, empty when it succeeded."""
    try:
        worker.call("run", {"code": code, "outside": str(outside)})
    except WorldError as error:
        return error.kind
    return ""


def need(worker: Worker, *promised: str) -> None:
    kept = promises(worker.ready().protections)
    lacking = [name for name in promised if not kept[name]]
    if lacking:
        pytest.skip(f"this kernel cannot promise: {', '.join(lacking)}")


ATTACKS = {
    "write outside": (WRITE_OUTSIDE, "no writes to files outside the scratch folder"),
    "read outside": (READ_OUTSIDE, "no reads outside the input and the libraries"),
    "connect": (CONNECT, "no network"),
    "unix socket": (UNIX_SOCKET, "no further programs or processes"),
    "fork": (FORK, "no further programs or processes"),
    "spawn": (SPAWN, "no further programs or processes"),
    "signal the parent": (KILL_PARENT, "no further programs or processes"),
    "read the parent": (TRACE_PARENT, "no reads outside the input and the libraries"),
    "raise limits": (RAISE_LIMITS, "limits on processor time and file size"),
}


def test_attacks_work_without_the_sandbox(tmp_path: Path, handlers: Path, outside: Path) -> None:
    """Otherwise their failure inside would show nothing."""
    with Worker(World.MODERN, tmp_path / "s", handlers=handlers) as worker:
        for code in (
            WRITE_OUTSIDE,
            READ_OUTSIDE,
            UNIX_SOCKET,
            KILL_PARENT,
            TRACE_PARENT,
            SPAWN,
            RAISE_LIMITS,
        ):
            assert attempt(worker, code, outside) == ""
        assert attempt(worker, CONNECT, outside) == "ConnectionRefusedError"


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_fail_inside(tmp_path: Path, handlers: Path, outside: Path, name: str) -> None:
    code, promise = ATTACKS[name]
    with locked(tmp_path, handlers) as worker:
        need(worker, promise)
        assert attempt(worker, code, outside) in ("PermissionError", "OSError", "ValueError")
        assert not (outside / "written").exists()


def test_ordinary_work_goes_on_inside(tmp_path: Path, handlers: Path, outside: Path) -> None:
    with locked(tmp_path, handlers) as worker:
        assert attempt(worker, ALLOWED, outside) == ""
        assert worker.starts == 1


@pytest.mark.parametrize(
    ("skip", "closed"),
    [
        (("landlock",), WRITE_OUTSIDE),
        (("seccomp",), CONNECT),
        (("namespaces",), CONNECT),
        (("namespaces",), WRITE_OUTSIDE),
    ],
    ids=lambda value: str(value)[:30],
)
def test_one_missing_protection_is_covered_by_another(
    tmp_path: Path, handlers: Path, outside: Path, skip: tuple[str, ...], closed: str
) -> None:
    with locked(tmp_path, handlers, skip) as worker:
        need(worker, "no network", "no writes to files outside the scratch folder")
        assert any(line.startswith(skip[0]) for line in worker.ready().missing)
        assert attempt(worker, closed, outside) in ("PermissionError", "OSError")
        assert attempt(worker, ALLOWED, outside) == ""


def test_file_size_is_limited(tmp_path: Path, handlers: Path, outside: Path) -> None:
    code = "f = open(scratch / 'large', 'wb', 0); [f.write(bytes(1 << 20)) for _ in range(4)]"
    with locked(tmp_path, handlers, limits=Limits(file_bytes=1 << 20)) as worker:
        assert attempt(worker, code, outside) == "OSError"
        assert (tmp_path / "scratch" / "large").stat().st_size == 1 << 20


def test_processor_time_is_limited(tmp_path: Path, handlers: Path, outside: Path) -> None:
    with locked(tmp_path, handlers, limits=Limits(cpu_seconds=1, call_seconds=30)) as worker:
        with pytest.raises(WorkerDied) as caught:
            attempt(worker, "while True: pass", outside)
        assert caught.value.signal in ("SIGXCPU", "SIGKILL")


def test_one_large_allocation_is_refused_by_the_kernel(tmp_path: Path, handlers: Path, outside: Path) -> None:
    with locked(tmp_path, handlers, limits=Limits(memory_bytes=1 << 30)) as worker:
        assert attempt(worker, "bytearray(16 << 30)", outside) == "MemoryError"


def test_a_shortfall_is_told() -> None:
    assert shortfall(["landlock (version 1)", "seccomp (x)", "resource limits (CPU)"]) == []
    open_promises = [finding.message for finding in shortfall(["resource limits (CPU)"])]
    assert len(open_promises) == 9
    assert "this machine cannot guarantee: no network" in open_promises


def test_what_landlock_promises_depends_on_its_version() -> None:
    """``truncate`` came with version 3, signals with version 6; metadata it never governs."""
    files, signals = "no writes to files outside the scratch folder", "no signals to other processes"
    metadata = "no changes of permissions, owners, times and attributes of files"
    for version, held in ((1, {}), (3, {files}), (6, {files, signals})):
        kept = promises([f"landlock (version {version})"])
        assert {name for name in (files, signals, metadata) if kept[name]} == set(held)


def test_policy_leaves_the_working_directory_and_home_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    readable = policy(tmp_path / "scratch", Limits())["read"]
    assert str(tmp_path) not in readable
    assert str(Path.home()) not in readable
    assert "/etc" not in readable
    assert "/" not in readable


def test_slots_read_their_folder_and_write_their_own(tmp_path: Path, handlers: Path, outside: Path) -> None:
    with Pool(1, tmp_path / "pool", handlers=dict.fromkeys(World, handlers)) as pool, pool.slot() as slot:
        need(slot.legacy, "no writes to files outside the scratch folder")
        (slot.inputs / "model.h5").write_text("x")
        assert attempt(slot.legacy, f"open({str(slot.inputs / 'model.h5')!r}).read()", outside) == ""
        assert attempt(slot.legacy, f"open({str(slot.inputs / 'model.h5')!r}, 'w')", outside)
        other = slot.modern.scratch
        slot.modern.ready()
        assert attempt(slot.legacy, f"open({str(other / 'x')!r}, 'w')", outside)
        assert attempt(slot.modern, "(scratch / 'out').write_text('x')", outside) == ""
        assert attempt(slot.stock, f"open({str(other / 'out')!r}).read()", outside) == ""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become another user")
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs an interpreter that all may run")
def test_an_ordinary_user_is_locked_up_too(tmp_path: Path) -> None:
    folder = Path("/var/tmp") / f"sandbox-{os.getpid()}"
    (folder / "scratch").mkdir(parents=True)
    try:
        source = Path(sandbox_apply.__file__)
        files = [shutil.copy(source.with_name(name), folder) for name in (source.name, "sandbox_syscalls.py")]
        for path in (folder, folder / "scratch", *files):
            os.chown(path, 65534, 65534)
        rules = {
            "read": ["/usr", "/lib", str(folder)],
            "write": [str(folder / "scratch")],
            "rlimits": {"CORE": 0},
        }
        code = (
            f"import sys, json; sys.path.insert(0, {str(folder)!r}); import sandbox_apply\n"
            f"active, missing = sandbox_apply.apply(json.loads({json.dumps(rules)!r}))\n"
            f"open({str(folder / 'scratch' / 'ok')!r}, 'w').write('x')\n"
            "try: open('/var/tmp/outside-sandbox', 'w')\n"
            "except OSError: outside = False\n"
            "else: outside = True\n"
            "print(json.dumps([active, missing, outside]))"
        )
        done = subprocess.run(
            ["/usr/bin/python3", "-c", code],
            user=65534,
            group=65534,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        active, missing, outside = json.loads(done.stdout)
        if not any(name.startswith(("landlock", "read-only")) for name in active):
            pytest.skip(f"nothing to hold an ordinary user here: {missing}")
        assert not outside
        assert (folder / "scratch" / "ok").exists()
    finally:
        shutil.rmtree(folder)


def test_the_filter_is_well_formed() -> None:
    program = sandbox_syscalls.seccomp_program("x86_64", 1234)
    assert len(program) % 8 == 0
    steps = len(program) // 8
    jumps = (sandbox_syscalls.JUMP_EQUAL, sandbox_syscalls.JUMP_SET, sandbox_syscalls.JUMP_AT_LEAST)
    for index in range(steps):
        code, yes, no = program[index * 8], program[index * 8 + 2], program[index * 8 + 3]
        if code in jumps:
            assert index + 1 + max(yes, no) < steps
    with pytest.raises(OSError, match="riscv"):
        sandbox_syscalls.seccomp_program("riscv64", 1)
    assert platform.machine() in sandbox_syscalls.ARCHITECTURES


HEADERS = {
    0: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    1: Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("column", [0, 1], ids=["x86_64", "aarch64"])
def test_the_numbers_are_those_of_the_kernel(column: int) -> None:
    if not HEADERS[column].exists():
        pytest.skip("needs the kernel's headers (linux-libc-dev)")
    lines = re.findall(r"#define __NR(?:3264)?_(\w+) +(\d+)", HEADERS[column].read_text())
    numbers = {name: int(number) for name, number in lines}
    if column == 1:  # there, the calls with wide offsets and those with narrow ones share their numbers
        numbers["newfstatat"] = numbers["fstatat"]
    tables = sandbox_syscalls
    named = {
        **tables.ALLOWED, **tables.OWN_PROCESS, **tables.ITSELF, **tables.ATTRIBUTES, "clone": tables.CLONE,
        **{name: row[0] for name, row in (tables.OPEN | tables.COMMANDS).items()},
    }  # fmt: skip
    wrong = {name: row[column] for name, row in named.items() if row[column] != numbers.get(name)}
    assert not wrong


@pytest.mark.slow
def test_tensorflow_works_inside(tmp_path: Path) -> None:
    file = tmp_path / "frameworks.py"
    file.write_text(
        "import numpy as np, tf_keras\n"
        "def go(params, scratch):\n"
        "    model = tf_keras.Sequential([tf_keras.layers.Dense(3, input_shape=(4,))])\n"
        "    model.save(str(scratch / 'm.h5')); model.save(str(scratch / 'sm'))\n"
        "    again = tf_keras.models.load_model(str(scratch / 'sm'))\n"
        "    return {'shape': list(again.predict(np.zeros((2, 4)), verbose=0).shape)}\n"
        "HANDLERS = {'go': go}\n"
    )
    limits = Limits()
    rules = policy(tmp_path / "s", limits, [file])
    with Worker(World.LEGACY, tmp_path / "s", limits, handlers=file, policy=rules) as worker:
        assert worker.call("go", {}) == {"shape": [2, 3]}


def test_what_a_scratch_folder_holds_is_limited(tmp_path: Path, handlers: Path, outside: Path) -> None:
    many = "for n in range(300): (scratch / str(n)).touch()\nimport time; time.sleep(20)"
    with locked(tmp_path, handlers, limits=Limits(scratch_files=200)) as worker:
        with pytest.raises(WorkerScratch, match="more than 200 files"):
            attempt(worker, many, outside)
        assert not worker.alive
    large = "[(scratch / f'l{n}').write_bytes(bytes(1 << 20)) for n in range(8)]\nimport time; time.sleep(20)"
    with (
        locked(tmp_path, handlers, limits=Limits(scratch_bytes=4 << 20)) as worker,
        pytest.raises(WorkerScratch, match="more than 4 MB"),
    ):
        attempt(worker, large, outside)


def test_what_this_machine_grants_is_known_before_any_worker_starts() -> None:
    assert set(granted()) >= {"no new privileges", "capabilities dropped"}
    assert [f.code for f in shortfall(granted())] == ["RUN006"] * len(shortfall(granted()))
