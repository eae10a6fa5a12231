"""What a hostile worker could harm, made for one attack each and looked at afterwards."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import shutil
import socket
import subprocess
import uuid
from pathlib import Path
from typing import Any

libc = ctypes.CDLL(None, use_errno=True)
IPC_PRIVATE, IPC_RMID, IPC_STAT, GETVAL = 0, 0, 2, 12
IOPRIO_GET = 252


class Victim:
    """Files, a process, sockets and shared memory of the user.

    Args:
        home: where its files are made, closed to the worker.
        inputs: where its input is made, open to the worker for reading.
    """

    def __init__(self, home: Path, inputs: Path) -> None:
        name = uuid.uuid4().hex[:8]
        self.folder = home / name
        (self.folder / "folder").mkdir(parents=True)
        self._file(self.folder / "file")
        os.mkfifo(self.folder / "pipe")
        self._file(self.folder / "original")
        self.input = inputs / name
        os.link(self.folder / "original", self.input)
        self._pipe = os.open(self.folder / "pipe", os.O_RDWR | os.O_NONBLOCK)
        self.process = subprocess.Popen(["sleep", "60"])
        self.tcp, self.udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.file, self.abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        addresses = (
            ("127.0.0.1", 0),
            ("127.0.0.1", 0),
            str(self.folder / "socket"),
            f"\0keras-migrate-{name}",
        )
        sockets = (self.tcp, self.udp, self.file, self.abstract)
        for one, address in zip(sockets, addresses, strict=True):
            one.bind(address)
            if one is not self.udp:
                one.listen()
            one.setblocking(False)
        self.ipc = {
            "shm": libc.shmget(IPC_PRIVATE, 4096, 0o600),
            "msg": libc.msgget(IPC_PRIVATE, 0o600),
            "sem": libc.semget(IPC_PRIVATE, 1, 0o600),
        }
        self.before = self.state()

    def close(self) -> None:
        """Remove all of it."""
        self.process.kill()
        self.process.wait()
        for one in (self.tcp, self.udp, self.file, self.abstract):
            one.close()
        os.close(self._pipe)
        libc.shmctl(self.ipc["shm"], IPC_RMID, None)
        libc.msgctl(self.ipc["msg"], IPC_RMID, None)
        libc.semctl(self.ipc["sem"], 0, IPC_RMID)
        self.input.unlink(missing_ok=True)
        shutil.rmtree(self.folder)

    @staticmethod
    def _file(path: Path) -> None:
        path.write_text("the user's own")
        path.chmod(0o600)
        os.setxattr(path, "user.old", b"old")

    def params(self) -> dict[str, Any]:
        """What the attack is told."""
        ports = {"tcp": self.tcp.getsockname()[1], "udp": self.udp.getsockname()[1]}
        return {
            "folder": str(self.folder),
            "input": str(self.input),
            "pid": self.process.pid,
            "ports": {**ports, "abstract": self.abstract.getsockname()[1:].decode()},
            "ipc": self.ipc,
        }

    def changes(self) -> list[str]:
        """Names of what is other than it was; messages that arrived are taken."""
        after = self.state()
        return sorted(name for name in {*self.before, *after} if self.before.get(name) != after.get(name))

    def state(self) -> dict[str, object]:
        """Everything that can be seen of it."""
        paths = [self.folder, *sorted(self.folder.rglob("*"))]
        files = {f"file {path.relative_to(self.folder)}": _file_state(path) for path in paths}
        shm, msg = ctypes.create_string_buffer(256), ctypes.create_string_buffer(256)
        libc.shmctl(self.ipc["shm"], IPC_STAT, shm)
        libc.msgctl(self.ipc["msg"], IPC_STAT, msg)
        return {
            **files,
            **self._process_state(),
            "pipe": _arrived(lambda: os.read(self._pipe, 9)),
            "udp": _arrived(lambda: self.udp.recv(9)),
            **{
                f"socket {number}": _arrived(lambda one=one: bool(one.accept()))  # type: ignore[misc]
                for number, one in enumerate((self.tcp, self.file, self.abstract))
            },
            "shm": shm.raw,
            "msg": msg.raw,
            "sem": libc.semctl(self.ipc["sem"], 0, GETVAL),
        }

    def _process_state(self) -> dict[str, object]:
        pid = self.process.pid
        if self.process.poll() is not None:
            return {"process": "gone"}
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return {
            "process": "alive",
            "nice": os.getpriority(os.PRIO_PROCESS, pid),
            "policy": os.sched_getscheduler(pid),
            "affinity": os.sched_getaffinity(pid),
            "input and output priority": libc.syscall(IOPRIO_GET, 1, pid),
            "limits": resource.prlimit(pid, resource.RLIMIT_NOFILE),
            "tracer": status["TracerPid"],
            "out of memory": Path(f"/proc/{pid}/oom_score_adj").read_text(),
            "core dumps": Path(f"/proc/{pid}/coredump_filter").read_text(),
        }


def _arrived(receive: Any) -> object:
    try:
        return receive()
    except BlockingIOError:
        return None


def _file_state(path: Path) -> tuple[object, ...]:
    stat = path.lstat()
    seen: list[object] = [
        stat.st_mode,
        stat.st_uid,
        stat.st_gid,
        stat.st_nlink,
        stat.st_ino,
        stat.st_mtime_ns,
    ]
    if path.is_file() and not path.is_symlink():
        with path.open("rb") as file:
            seen += [file.read(), _flags(file.fileno())]
        seen += [(name, os.getxattr(path, name)) for name in os.listxattr(path)]
        seen += [line for line in Path("/proc/locks").read_text().splitlines() if f":{stat.st_ino} " in line]
    return tuple(seen)


def _flags(descriptor: int) -> int:
    """Flags of the inode and of its project: ``FS_IOC_GETFLAGS`` and ``FS_IOC_FSGETXATTR``; 0 where there are none."""
    found = 0
    for number, size in ((0x80086601, 8), (0x801C581F, 28)):
        buffer = bytearray(size)
        try:
            fcntl.ioctl(descriptor, number, buffer)
        except OSError:
            continue
        found = found << 32 | int.from_bytes(buffer[:4], "little")
    return found


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that they did."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *descendants(child)]
    return found
