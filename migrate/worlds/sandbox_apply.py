"""Locks the calling process up, from inside, before it loads anything that it was given.

Runs in the worker, so it imports only the standard library and speaks to the kernel through ``ctypes``.
Every step is tried, and the answer of `apply` says which are in force and which the kernel refused; whether
that is enough is the parent's decision. Must be called while the process has one thread.

Numbers are those of the kernel's headers: ``linux/landlock.h``, ``linux/seccomp.h``, ``linux/sched.h``,
``asm/unistd.h``. Landlock's syscalls have one number on every architecture.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Callable
from typing import Any

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 38, 22, 24
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET, CLONE_THREAD = 0x10000000, 0x40000000, 0x00010000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 1 << 18
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1, 2, 4, 8
FS_READ = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR
FS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
FS_OF_A_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | 1 << 14 | 1 << 15

EPERM, ENOSYS = 1, 38
_libc = ctypes.CDLL(None, use_errno=True)


def apply(policy: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Put every protection of ``policy`` in force that the kernel offers.

    Args:
        policy: ``read`` and ``write`` (lists of paths), ``rlimits`` (name to value), and ``skip`` (names of
            steps to leave out, so that tests reach the fallbacks).

    Returns:
        names of what is in force, and ``name: reason`` of what is not.
    """
    skip = set(policy.get("skip", ()))
    active: list[str] = []
    missing: list[str] = []

    def attempt(name: str, step: Callable[[], str]) -> bool:
        try:
            if name in skip:
                raise OSError("left out")
            detail = step()
        except (OSError, ValueError) as error:
            missing.append(f"{name}: {error}")
            return False
        active.append(f"{name} ({detail})" if detail else name)
        return True

    attempt("no new privileges", _no_new_privileges)
    attempt("resource limits", lambda: _rlimits(policy.get("rlimits", {})))
    namespaced = attempt("namespaces", _namespaces)
    if not attempt("landlock", lambda: _landlock(policy["read"], policy["write"])) and namespaced:
        attempt("read-only mounts", lambda: _read_only_mounts(policy["write"]))
    attempt("capabilities dropped", _drop_capabilities)
    attempt("seccomp", _seccomp)
    return active, missing


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _no_new_privileges() -> str:
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    return ""


def _rlimits(limits: dict[str, int]) -> str:
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (bound, bound))
    return ", ".join(limits)


def _namespaces() -> str:
    """A user namespace of its own, and in it a network without any interface."""
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS), "unshare")
    for file, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as target:
            target.write(line)
    return "user, network, ipc, mount"


def _landlock(read: list[str], write: list[str]) -> str:
    """Files: read and write only where told. TCP, abstract sockets and signals: nowhere, by its version."""
    abi = _check(_libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1), "landlock")
    handled = FS_BY_ABI[min(abi, 5)]
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", 0b11)  # bind and connect of TCP
    if abi >= 6:
        attributes += struct.pack("=Q", 0b11)  # abstract sockets and signals beyond this process
    ruleset = _check(
        _libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock"
    )
    try:
        for path, access in [(path, FS_READ) for path in read] + [(path, handled) for path in write]:
            try:
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # the list names what any system may have
            try:
                allowed = access & handled
                if not os.path.isdir(path):
                    allowed &= FS_OF_A_FILE
                rule = struct.pack("=Qi", allowed, handle)
                _check(_libc.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0), f"landlock rule for {path}")
            finally:
                os.close(handle)
        _check(_libc.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    finally:
        os.close(ruleset)
    return f"version {abi}"


def _read_only_mounts(write: list[str]) -> str:
    """The fallback without Landlock: every mount read-only, except the folders that may be written."""

    def attribute(path: str, flags: int, on: int, off: int) -> None:
        packed = struct.pack("=QQQQ", on, off, 0, 0)
        _check(
            _libc.syscall(
                SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), flags, packed, ctypes.c_size_t(len(packed))
            ),
            f"mount_setattr {path}",
        )

    _check(_libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "mount")
    folders = [path for path in write if os.path.isdir(path)]
    for path in folders:
        name = path.encode()
        _check(_libc.mount(name, name, None, ctypes.c_ulong(MS_BIND | MS_REC), None), "mount")
    attribute("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)
    for path in folders:
        attribute(path, 0, 0, MOUNT_ATTR_RDONLY)
    os.chdir(os.getcwd())  # stand on the new mount, not on the one below it
    return ""


def _drop_capabilities() -> str:
    for number in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0:
            break  # beyond the last capability of this kernel, or none to drop
    header = struct.pack("=Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    return ""


# --- system calls -------------------------------------------------------------------------------------------

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    # new programs and processes (threads stay allowed)
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    # sockets of every family, also those that are files
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "kcmp": (312, 272),
    # the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "mount_setattr": (442, 442), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "open_by_handle_at": (304, 265), "quotactl": (179, 60), "swapon": (167, 224), "reboot": (169, 142),
}  # fmt: skip
SIGNALS = {"kill": (62, 129), "tgkill": (234, 131)}
CLONE, CLONE3, TKILL, PRLIMIT = (56, 220), (435, 435), (200, 130), (302, 261)

LOAD, JUMP_EQUAL, JUMP_SET, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16


def seccomp_program(machine: str, pid: int) -> bytes:
    """The filter as instructions of classic BPF: a list of refusals, each ending the program.

    Raises:
        OSError: for a machine whose numbers are not known here.
    """
    if machine not in ARCHITECTURES:
        raise OSError(f"no table of system calls for {machine}")
    architecture, column = ARCHITECTURES[machine]

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    refuse = step(RETURN, REFUSE | EPERM)
    number = step(LOAD, NUMBER_AT)
    program = [step(LOAD, ARCHITECTURE_AT), step(JUMP_EQUAL, architecture, 1), step(RETURN, KILL), number]
    if machine == "x86_64":
        program += [step(JUMP_AT_LEAST, 0x40000000, 0, 1), refuse]  # the x32 table of the same machine
    for pair in FORBIDDEN.values():
        if (call := pair[column]) is not None:
            program += [step(JUMP_EQUAL, call, 0, 1), refuse]
    # glibc falls back from clone3, whose flags a filter cannot see, to clone
    program += [step(JUMP_EQUAL, CLONE3[column], 0, 1), step(RETURN, REFUSE | ENOSYS)]
    program += [step(JUMP_EQUAL, CLONE[column], 0, 4), step(LOAD, FIRST_ARGUMENT_AT)]
    program += [step(JUMP_SET, CLONE_THREAD, 1), refuse, number]
    for pair in SIGNALS.values():
        program += [step(JUMP_EQUAL, pair[column], 0, 4), step(LOAD, FIRST_ARGUMENT_AT)]
        program += [step(JUMP_EQUAL, pid, 1), refuse, number]
    program += [step(JUMP_EQUAL, TKILL[column], 0, 1), refuse]
    program += [step(JUMP_EQUAL, PRLIMIT[column], 0, 5), step(LOAD, FIRST_ARGUMENT_AT)]
    program += [step(JUMP_EQUAL, 0, 2), step(JUMP_EQUAL, pid, 1), refuse, number]
    program.append(step(RETURN, ALLOW))
    return b"".join(program)


def _seccomp() -> str:
    program = seccomp_program(platform.machine(), os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _check(_libc.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "seccomp")
    return "no programs, processes or sockets"
