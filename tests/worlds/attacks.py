"""System calls that a hostile model could make from inside a worker, each against its own victim.

Run as a worker's handlers: ``attack`` takes the name, the victim's folder and the numbers that the test gave it. Raw
numbers, because a library may take another way to the same end. Only the standard library: a world holds no tests.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH = -100, 0x1000
NUMBERS = {
    "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93, "lchown": 94,
    "fchownat": 260, "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280, "setxattr": 188,
    "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
    "setxattrat": 463, "removexattrat": 466, "file_setattr": 469, "truncate": 76, "open": 2, "creat": 85,
    "openat2": 437, "unlink": 87, "unlinkat": 263, "rmdir": 84, "mkdir": 83, "rename": 82, "renameat2": 316, "link": 86,
    "linkat": 265, "symlink": 88, "mknod": 133, "mknodat": 259, "tkill": 200, "tgkill": 234, "kill": 62,
    "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "pidfd_open": 434, "pidfd_send_signal": 424,
    "setpriority": 141, "sched_setaffinity": 203, "sched_setscheduler": 144, "sched_setattr": 314,
    "ioprio_set": 251, "prlimit64": 302, "ptrace": 101, "shmctl": 31, "msgsnd": 69, "msgctl": 71, "semctl": 66,
    "clone3": 435, "vfork": 58, "io_uring_setup": 425, "io_uring_enter": 426, "unshare": 272, "setns": 308,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "bpf": 321, "perf_event_open": 298,
    "userfaultfd": 323, "keyctl": 250, "add_key": 248, "open_by_handle_at": 304, "fanotify_init": 300,
    "inotify_init1": 294, "memfd_secret": 447, "quotactl": 179, "acct": 163, "swapon": 167, "sethostname": 170,
    "settimeofday": 164, "syslog": 103, "process_madvise": 440, "open_tree": 428, "fsopen": 430,
    "process_vm_writev": 311, "mq_open": 240, "personality": 135,
}  # fmt: skip
"""Of x86-64."""


@dataclass(frozen=True)
class Target:
    """What the test prepared for one attack.

    Attributes:
        folder: of files that the worker may not touch: ``file``, ``folder/``, ``pipe``, ``socket``.
        input: a file that it may read, as staged inputs are: another name of the user's own.
        scratch: its own folder.
        pid: a process of the same user.
        ports: ``tcp`` and ``udp`` on this machine, ``abstract`` a socket's name.
        ipc: ``shm``, ``msg`` and ``sem``: System V identifiers of the user.
    """

    folder: Path
    input: Path
    scratch: Path
    pid: int
    ports: dict[str, int | str]
    ipc: dict[str, int]

    @property
    def file(self) -> bytes:
        return bytes(self.folder / "file")

    def own(self) -> bytes:
        """A file that the worker made itself."""
        path = self.scratch / f"own-{time.monotonic_ns()}"
        path.write_text("own")
        return bytes(path)


def call(name: str, *arguments: object) -> int:
    """One system call by its number; integers are passed in full width.

    Raises:
        OSError: what the kernel answered.
    """
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result: int = libc.syscall(ctypes.c_long(NUMBERS[name]), *wide)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def by_descriptor(name: str, *arguments: object) -> Callable[[Target], object]:
    """A call whose first argument is the input, opened for reading."""

    def attack(target: Target) -> object:
        descriptor = os.open(target.input, os.O_RDONLY)
        try:
            return call(name, descriptor, *arguments)
        finally:
            os.close(descriptor)

    return attack


def command(number: int, content: bytes) -> Callable[[Target], object]:
    """An ``ioctl`` on the input."""

    def attack(target: Target) -> object:
        descriptor = os.open(target.input, os.O_RDONLY)
        try:
            if libc.ioctl(descriptor, ctypes.c_ulong(number), content) < 0:
                raise OSError(ctypes.get_errno(), "ioctl")
        finally:
            os.close(descriptor)
        return 0

    return attack


def open_and(flags: int, what: Callable[[Target], object] = lambda t: t.file) -> Callable[[Target], object]:
    """Open by the plain call and, where it is open for writing, write."""

    def attack(target: Target) -> object:
        descriptor = call("open", what(target), flags, 0o600)
        with os.fdopen(descriptor, "wb", 0) as opened:
            return opened.write(b"x") if flags & 0o3 in (1, 2) else 0

    return attack


def input_of(target: Target) -> bytes:
    return bytes(target.input)


def through_proc(target: Target) -> object:
    descriptor = os.open(target.input, os.O_RDONLY)
    with open(f"/proc/self/fd/{descriptor}", "wb") as again:
        return again.write(b"x")


def signal_by_descriptor(extended: bool) -> Callable[[Target], object]:
    """A pipe whose "you may read" is sent to another process, as a signal of one's choice."""

    def attack(target: Target) -> object:
        import fcntl

        reader, writer = os.pipe()
        if extended:
            fcntl.fcntl(reader, 15, struct.pack("ii", 1, target.pid))  # F_SETOWN_EX to F_OWNER_PID
        else:
            fcntl.fcntl(reader, 8, target.pid)  # F_SETOWN
        fcntl.fcntl(reader, 10, 9)  # F_SETSIG
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        return os.write(writer, b"x")

    return attack


def lease(target: Target) -> object:
    """Whoever opens the file to write waits until the lease is broken."""
    import fcntl

    descriptor = os.open(target.input, os.O_RDONLY)
    return fcntl.fcntl(descriptor, 1024, 0)  # F_SETLEASE to F_RDLCK; kept open


def by_pidfd(target: Target) -> object:
    descriptor = call("pidfd_open", target.pid, 0)
    return call("pidfd_send_signal", descriptor, 9, None, 0)


def by_ring(target: Target) -> object:
    """io_uring: the kernel does what a filter of system calls never sees (here: set an attribute by path)."""
    parameters = bytearray(120)
    buffer = (ctypes.c_char * 120).from_buffer(parameters)
    ring = call("io_uring_setup", 1, buffer)
    _, tail, _, _, _, _, array = struct.unpack_from("7I", parameters, 40)  # struct io_sqring_offsets
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [
        ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long
    ]  # fmt: skip
    indices = libc.mmap(None, 4096, 3, 1, ring, 0)
    requests = libc.mmap(None, 4096, 3, 1, ring, 0x10000000)
    name, value = ctypes.create_string_buffer(b"user.ring"), ctypes.create_string_buffer(b"x")
    path = ctypes.create_string_buffer(target.file)
    request = struct.pack(
        "=BBHiQQIIQHHIQQ",
        *(
            42,
            0,
            0,
            0,
            ctypes.addressof(value),
            ctypes.addressof(name),
            1,
            0,
            0,
            0,
            0,
            0,
        ),  # IORING_OP_SETXATTR
        *(ctypes.addressof(path), 0),
    )
    ctypes.memmove(requests, request, 64)
    ctypes.c_uint32.from_address(indices + array).value = 0
    ctypes.c_uint32.from_address(indices + tail).value += 1
    return call("io_uring_enter", ring, 1, 1, 1, None, 0)


def children(make: Callable[[], int]) -> Callable[[Target], object]:
    def attack(target: Target) -> object:
        pid = make()
        if pid == 0:
            time.sleep(30)
            os._exit(0)
        return pid

    return attack


def clone3() -> int:
    arguments = struct.pack("=11Q", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
    return call("clone3", arguments, len(arguments))


def spawn(target: Target) -> object:
    return os.posix_spawn("/bin/sleep", ["/bin/sleep", "30"], {})


def tcp(target: Target) -> object:
    return socket.create_connection(("127.0.0.1", int(target.ports["tcp"])), 1).send(b"x")


def udp(target: Target) -> object:
    port = int(target.ports["udp"])
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))


def unix(address: Callable[[Target], str]) -> Callable[[Target], object]:
    def attack(target: Target) -> object:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address(target))
        return connection.send(b"x")

    return attack


def bind_file(target: Target) -> object:
    return socket.socket(socket.AF_UNIX).bind(str(target.folder / "bound"))


def write_proc(name: str, content: str) -> Callable[[Target], object]:
    return lambda target: Path(f"/proc/{target.pid}/{name}").write_text(content)


def spare(target: Target, name: str) -> bytes:
    return bytes(target.folder / name)


FLAGS_SET, EXTENDED_SET = 0x40086602, 0x401C5820  # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
NO_DUMP = 0x40
TIMES, TIMEVALS = struct.pack("4q", 1, 0, 1, 0), struct.pack("4q", 1, 0, 1, 0)
IDLE = 5
SCHEDULE = struct.pack("2IQ2I3Q", 48, IDLE, 0, 0, 0, 0, 0, 0)
TO_READ_EMPTIED = struct.pack("3Q", os.O_RDONLY | os.O_TRUNC, 0, 0)
NO_DUMP_SET = struct.pack("Q4I", 0x80, 0, 0, 0, 0)
QUEUED = struct.pack("3i116x", 9, 0, -1)
FEW = struct.pack("2Q", 7, 7)
FILES, METADATA = (
    "no writes to files outside the scratch folder",
    "no changes of permissions, owners, times and attributes of files",
)
PIPES, NETWORK, SOCKETS = "no writes to pipes and devices", "no network", "no connections to local sockets"
PROGRAMS, SIGNALS = "no further programs or processes", "no signals to other processes"
PROCESSES = "no interference with other processes"

ATTACKS: dict[str, tuple[str, Callable[[Target], object]]] = {
    # files by path
    "open to write": (FILES, open_and(os.O_WRONLY)),
    "open to append": (FILES, open_and(os.O_WRONLY | os.O_APPEND)),
    "open to create": (FILES, open_and(os.O_WRONLY | os.O_CREAT, lambda t: spare(t, "created"))),
    "open to read, truncated": (FILES, open_and(os.O_RDONLY | os.O_TRUNC)),
    "open for nothing, truncated": (FILES, open_and(3 | os.O_TRUNC)),
    "input opened to read, truncated": (FILES, open_and(os.O_RDONLY | os.O_TRUNC, input_of)),
    "input opened for nothing, truncated": (FILES, open_and(3 | os.O_TRUNC, input_of)),
    "creat": (FILES, lambda t: call("creat", t.file, 0o600)),
    "openat2": (FILES, lambda t: call("openat2", AT_FDCWD, t.file, TO_READ_EMPTIED, 24)),
    "truncate": (FILES, lambda t: call("truncate", t.file, 0)),
    "truncate input": (FILES, lambda t: call("truncate", input_of(t), 0)),
    "input through /proc": (FILES, through_proc),
    "unlink": (FILES, lambda t: call("unlink", t.file)),
    "unlinkat": (FILES, lambda t: call("unlinkat", AT_FDCWD, t.file, 0)),
    "rmdir": (FILES, lambda t: call("rmdir", spare(t, "folder"))),
    "mkdir": (FILES, lambda t: call("mkdir", spare(t, "made"), 0o777)),
    "rename": (FILES, lambda t: call("rename", t.file, spare(t, "renamed"))),
    "rename into the scratch": (FILES, lambda t: call("rename", t.file, bytes(t.scratch / "stolen"))),
    "rename out of the scratch": (FILES, lambda t: call("rename", t.own(), t.file)),
    "exchange": (FILES, lambda t: call("renameat2", AT_FDCWD, t.file, AT_FDCWD, t.own(), 2)),
    "link into the scratch": (FILES, lambda t: call("link", t.file, bytes(t.scratch / "linked"))),
    "link out of the scratch": (FILES, lambda t: call("link", t.own(), spare(t, "linked"))),
    "linkat": (FILES, lambda t: call("linkat", AT_FDCWD, t.own(), AT_FDCWD, spare(t, "linked"), 0)),
    "symlink": (FILES, lambda t: call("symlink", b"/etc/passwd", spare(t, "symlink"))),
    "mknod": (FILES, lambda t: call("mknod", spare(t, "fifo"), 0o010666, 0)),
    "mknodat": (FILES, lambda t: call("mknodat", AT_FDCWD, spare(t, "fifo"), 0o010666, 0)),
    "bind a socket's file": (FILES, bind_file),
    "write to a pipe": (PIPES, open_and(os.O_WRONLY | os.O_NONBLOCK, lambda t: spare(t, "pipe"))),
    # metadata by path
    "chmod": (METADATA, lambda t: call("chmod", t.file, 0o4777)),
    "fchmodat": (METADATA, lambda t: call("fchmodat", AT_FDCWD, t.file, 0o666)),
    "fchmodat2": (METADATA, lambda t: call("fchmodat2", AT_FDCWD, t.file, 0o666, 0)),
    "chown": (METADATA, lambda t: call("chown", t.file, 0, 1)),
    "lchown": (METADATA, lambda t: call("lchown", t.file, 0, 1)),
    "fchownat": (METADATA, lambda t: call("fchownat", AT_FDCWD, t.file, 0, 1, 0)),
    "utime": (METADATA, lambda t: call("utime", t.file, struct.pack("2q", 1, 1))),
    "utimes": (METADATA, lambda t: call("utimes", t.file, TIMEVALS)),
    "futimesat": (METADATA, lambda t: call("futimesat", AT_FDCWD, t.file, TIMEVALS)),
    "utimensat": (METADATA, lambda t: call("utimensat", AT_FDCWD, t.file, TIMES, 0)),
    "setxattr": (METADATA, lambda t: call("setxattr", t.file, b"user.new", b"x", 1, 0)),
    "lsetxattr": (METADATA, lambda t: call("lsetxattr", t.file, b"user.new", b"x", 1, 0)),
    "setxattrat": (METADATA, lambda t: call("setxattrat", AT_FDCWD, t.file, 0, b"user.new", *_value(b"x"))),
    "removexattr": (METADATA, lambda t: call("removexattr", t.file, b"user.old")),
    "lremovexattr": (METADATA, lambda t: call("lremovexattr", t.file, b"user.old")),
    "removexattrat": (METADATA, lambda t: call("removexattrat", AT_FDCWD, t.file, 0, b"user.old")),
    "io_uring": (METADATA, by_ring),
    # metadata of an input, by its descriptor
    "fchmod": (METADATA, by_descriptor("fchmod", 0o666)),
    "fchmodat2 of a descriptor": (METADATA, by_descriptor("fchmodat2", b"", 0o666, AT_EMPTY_PATH)),
    "fchown": (METADATA, by_descriptor("fchown", 0, 1)),
    "fchownat of a descriptor": (METADATA, by_descriptor("fchownat", b"", 0, 1, AT_EMPTY_PATH)),
    "futimens": (METADATA, by_descriptor("utimensat", None, TIMES, 0)),
    "fsetxattr": (METADATA, by_descriptor("fsetxattr", b"user.new", b"x", 1, 0)),
    "fremovexattr": (METADATA, by_descriptor("fremovexattr", b"user.old")),
    "flags of the inode": (METADATA, command(FLAGS_SET, struct.pack("I", NO_DUMP))),
    "extended flags": (METADATA, command(EXTENDED_SET, struct.pack("5I8x", 0x80, 0, 0, 0, 0))),
    "file_setattr": (METADATA, lambda t: call("file_setattr", AT_FDCWD, t.file, NO_DUMP_SET, 24, 0)),
    "lease": (PROCESSES, lease),
    # processes
    "kill": (SIGNALS, lambda t: call("kill", t.pid, 9)),
    "tkill": (SIGNALS, lambda t: call("tkill", t.pid, 9)),
    "tgkill": (SIGNALS, lambda t: call("tgkill", t.pid, t.pid, 9)),
    "rt_sigqueueinfo": (SIGNALS, lambda t: call("rt_sigqueueinfo", t.pid, 9, QUEUED)),
    "rt_tgsigqueueinfo": (SIGNALS, lambda t: call("rt_tgsigqueueinfo", t.pid, t.pid, 9, QUEUED)),
    "pidfd_send_signal": (SIGNALS, by_pidfd),
    "F_SETOWN": (SIGNALS, signal_by_descriptor(extended=False)),
    "F_SETOWN_EX": (SIGNALS, signal_by_descriptor(extended=True)),
    "setpriority": (PROCESSES, lambda t: call("setpriority", 0, t.pid, 10)),
    "sched_setaffinity": (PROCESSES, lambda t: call("sched_setaffinity", t.pid, 8, struct.pack("Q", 1))),
    "sched_setscheduler": (PROCESSES, lambda t: call("sched_setscheduler", t.pid, IDLE, struct.pack("i", 0))),
    "sched_setattr": (PROCESSES, lambda t: call("sched_setattr", t.pid, SCHEDULE, 0)),
    "ioprio_set": (PROCESSES, lambda t: call("ioprio_set", 1, t.pid, 3 << 13)),
    "prlimit": (PROCESSES, lambda t: call("prlimit64", t.pid, resource.RLIMIT_NOFILE, FEW, None)),
    "ptrace": (PROCESSES, lambda t: call("ptrace", 0x4206, t.pid, 0, 0)),
    "oom_score_adj": (PROCESSES, write_proc("oom_score_adj", "1000")),
    "coredump_filter": (PROCESSES, write_proc("coredump_filter", "0x7f")),
    "shmctl": (PROCESSES, lambda t: call("shmctl", t.ipc["shm"], 0, None)),
    "msgsnd": (PROCESSES, lambda t: call("msgsnd", t.ipc["msg"], struct.pack("qc", 1, b"x"), 1, 0)),
    "semctl": (PROCESSES, lambda t: call("semctl", t.ipc["sem"], 0, 16, 7)),
    "fork": (PROGRAMS, children(os.fork)),
    "clone3": (PROGRAMS, children(clone3)),
    "spawn": (PROGRAMS, spawn),
    # network
    "tcp": (NETWORK, tcp),
    "udp": (NETWORK, udp),
    "unix socket": (SOCKETS, unix(lambda t: str(t.folder / "socket"))),
    "abstract unix socket": (NETWORK, unix(lambda t: "\0" + str(t.ports["abstract"]))),
}  # fmt: skip
"""Name to the promise that it would break, and the attempt."""


def _value(content: bytes) -> tuple[object, int]:
    """``struct xattr_args``: where the value is, its length, flags; kept alive by the module."""
    buffer = ctypes.create_string_buffer(content)
    _kept.append(buffer)
    return struct.pack("Q2I", ctypes.addressof(buffer), len(content), 0), 16


_kept: list[object] = []

REFUSED: dict[str, tuple[object, ...]] = {
    "unshare": (0x20000,), "setns": (0, 0), "mount": (b"none", b"/tmp", b"tmpfs", 0, 0), "umount2": (b"/proc", 2),
    "pivot_root": (b"/", b"/"), "chroot": (b"/",), "bpf": (0, None, 0), "perf_event_open": (None, 0, -1, -1, 0),
    "userfaultfd": (0,), "keyctl": (0, -3, 0), "add_key": (b"user", b"x", b"x", 1, -3), "fanotify_init": (0, 0),
    "inotify_init1": (0,), "quotactl": (0, None, 0, None), "acct": (None,), "swapon": (b"/none", 0),
    "sethostname": (b"x", 1), "settimeofday": (None, None), "syslog": (3, None, 0), "open_tree": (AT_FDCWD, b"/", 1),
    "fsopen": (b"tmpfs", 0), "mq_open": (b"kept", 0o102, 0o600, None), "personality": (0x0040000,),
    "io_uring_setup": (1, bytes(120)), "open_by_handle_at": (0, bytes(8), 0), "process_madvise": (0, None, 0, 20, 0),
}  # fmt: skip
"""Calls that have no business in a worker and whose success alone would be the harm."""


def attack(params: dict[str, object], scratch: Path) -> dict[str, str]:
    """Try one of ``ATTACKS``; the answer says what the attempt itself saw, the test looks at the victim."""
    target = Target(
        Path(str(params["folder"])), Path(str(params["input"])), scratch, int(str(params["pid"])),
        params["ports"], params["ipc"],  # type: ignore[arg-type]  # as the test wrote them
    )  # fmt: skip
    try:
        ATTACKS[str(params["name"])][1](target)
    except (OSError, ValueError) as error:
        return {"refused": str(error)}
    return {}


def refused(params: dict[str, object], scratch: Path) -> dict[str, list[str]]:
    """Which of ``REFUSED`` the kernel did."""
    done = []
    for name, arguments in REFUSED.items():
        try:
            call(name, *arguments)
        except OSError as error:
            if error.errno in (1, 38):
                continue
            done.append(f"{name}: {error}")  # it came as far as to look at the arguments
            continue
        done.append(name)
    return {"done": done}


HANDLERS = {"attack": attack, "refused": refused}
