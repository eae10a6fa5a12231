"""A command of the user in the sandbox: it may start programs, and reaches nothing outside of its folder."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from migrate.worlds.host.command import Ended, run_command
from migrate.worlds.host.environment import World
from migrate.worlds.host.sandbox import granted, promises

COMPLETE = all(promises(granted()).values())
needs_sandbox = pytest.mark.skipif(
    not COMPLETE, reason="this machine cannot keep all promises of the sandbox"
)


def python(code: str, folder: Path, **more: float | bool) -> Ended:
    folder.mkdir(exist_ok=True)
    return run_command(["python", "-c", code], World.MODERN, folder, **more)  # type: ignore[arg-type]


def test_output_and_status_are_those_of_the_command(tmp_path: Path) -> None:
    ended = python("import sys; print('said'); sys.exit(3)", tmp_path / "w")
    assert (ended.status, ended.output) == (3, "said\n")
    ended = run_command(["no-such-program"], World.MODERN, tmp_path / "w")
    assert ended.status == 127
    assert "no-such-program" in ended.output


ALLOWED = {
    "a program": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'], check=True)",
    "a fork": "import os; os._exit(0) if os.fork() == 0 else os.wait()",
    "a shell": "import os; assert os.system('true') == 0",
    "a child that asks who it is": (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'open(\"/proc/self/cmdline\").read()'], check=True)"
    ),
    "a copy with its mode": "import shutil; open('a', 'w').write('x'); shutil.copy2('a', 'b')",
    "an event loop": "import asyncio; asyncio.run(asyncio.sleep(0))",
    "a signal to its child": (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\np.kill(); p.wait()"
    ),
    "a temporary folder": "import tempfile\nwith tempfile.TemporaryDirectory() as d: open(d + '/x', 'w').write('x')",
    "its own modules": "import own; assert own.x == 1",
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_command_may(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "own.py").write_text("x = 1\n")
    ended = python(ALLOWED[what], folder)
    assert ended.status == 0, ended.output


REFUSED = {
    "write outside": "open({outside!r} + '/written', 'w')",
    "write outside by a child": (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'open(%r, \"w\")' % ({outside!r} + '/written')], check=True)"
    ),
    "read outside": "open({outside!r} + '/secret').read()",
    "change what is outside": "import os; os.chmod({outside!r} + '/secret', 0o777)",
    "read another's environment": "import os; open(f'/proc/{{os.getppid()}}/environ').read()",
    "read another's environment by a child": (
        "import subprocess, sys, os\n"
        "code = f'open(\"/proc/{{os.getppid()}}/environ\").read()'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)"
    ),
    "change another's memory": "import os; open(f'/proc/{{os.getppid()}}/mem', 'r+b')",
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)",
    "reach a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "reach one by a datagram": "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "signal its parent": "import os; os.kill(os.getppid(), 0)",
    "begin a namespace": "import ctypes, os\nif ctypes.CDLL(None, use_errno=True).unshare(0x10000000): raise OSError",
}


@needs_sandbox
@pytest.mark.parametrize("what", REFUSED)
def test_a_command_may_not(what: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("s")
    ended = python(REFUSED[what].format(outside=str(outside)), tmp_path / "w")
    assert ended.status == 1, ended.output
    assert "Error" in ended.output
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert (outside / "secret").stat().st_mode & 0o777 != 0o777


@needs_sandbox
def test_the_promises_but_for_programs_are_kept(tmp_path: Path) -> None:
    kept = promises(python("pass", tmp_path / "w").protections)
    assert [name for name, held in kept.items() if not held] == ["no further programs or processes"]


@needs_sandbox
def test_the_network_is_open_on_request_alone(tmp_path: Path) -> None:
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[0])"
    assert python(code, tmp_path / "w").status == 1
    assert python(code, tmp_path / "w", network=True).output == "127.0.0.1\n"


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, os\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "print(p.pid, flush=True); p.wait()"
    )
    started = time.monotonic()
    ended = python(code, tmp_path / "w", seconds=3.0)
    assert ended.status is None
    assert time.monotonic() - started < 60
    child = int(ended.output.split()[0])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _alive(child):
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has collected yet does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_variables_are_those_of_the_world(tmp_path: Path) -> None:
    code = "import os; print(os.environ.get('TF_USE_LEGACY_KERAS'), 'SECRET' in os.environ)"
    os.environ["SECRET"] = "x"
    try:
        (tmp_path / "w").mkdir()
        ended = run_command([sys.executable, "-c", code], World.LEGACY, tmp_path / "w")
    finally:
        del os.environ["SECRET"]
    assert ended.output == "1 False\n"
