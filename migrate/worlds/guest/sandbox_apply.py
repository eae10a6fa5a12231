"""Locks the calling process up, from inside, before it loads anything that it was given.

Runs in the worker, so it imports only the standard library and speaks to the kernel through ``ctypes``.
Every step is tried, and the answer of `apply` says which are in force and which the kernel refused; whether
that is enough is the parent's decision. Must be called while the process has one thread.

Numbers are those of the kernel's headers: ``linux/landlock.h``, ``linux/seccomp.h``, ``linux/sched.h``,
``linux/mount.h``. Landlock's syscalls have one number on every architecture. Which system calls stay is told by
``sandbox_syscalls.py`` beside this file.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import platform
import resource
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_CAPBSET_DROP = 38, 22, 24
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 1 << 18
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1, 2, 4, 8
CPU_GRACE = 5
"""Seconds of processor time between the signal that names the limit and the one that cannot be caught."""
FS_READ = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR
FS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""What each version knows of files: 2 adds moves between folders, 3 truncation, 5 commands to devices."""
FS_OF_A_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | 1 << 14 | 1 << 15

_libc = ctypes.CDLL(None, use_errno=True)


def _sibling(name: str) -> ModuleType:
    """A module beside this file, which is run without its package in the stock world."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise OSError(f"{name}.py is missing next to {__file__}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_syscalls = _sibling("sandbox_syscalls")  # before the folder around this file may be closed


def apply(policy: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Put every protection of ``policy`` in force that the kernel offers.

    Args:
        policy: ``read`` and ``write`` (lists of paths), ``rlimits`` (name to value), ``programs`` (whether further
            programs may be started), ``network`` (whether the machine's network stays), and for tests ``skip`` (names
            of steps to leave out) and ``landlock_abi`` (newest version to use, as on an older kernel).

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
    network = bool(policy.get("network"))
    namespaced = attempt(
        "namespaces without network" if network else "namespaces", lambda: _namespaces(network=network)
    )
    if namespaced:  # before Landlock, which lets nobody mount
        attempt("read-only mounts", lambda: _read_only_mounts(policy["write"]))
    newest = policy.get("landlock_abi")
    attempt("landlock", lambda: _landlock(policy["read"], policy["write"], newest, network=network))
    attempt("capabilities dropped", _drop_capabilities)
    if policy.get("programs"):
        name = "seccomp for programs on the network" if network else "seccomp for programs"
        attempt(name, lambda: _seccomp(programs=True, network=network))
    else:
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
        # At the soft limit of time SIGXCPU says why; at the hard one SIGKILL, which says nothing, ends what goes on.
        grace = CPU_GRACE if name == "CPU" else 0
        resource.setrlimit(number, (bound, bound + grace if hard == resource.RLIM_INFINITY else bound))
    return ", ".join(limits)


def _namespaces(*, network: bool = False) -> str:
    """A user namespace of its own, and in it a network without any interface, or with ``network`` the machine's."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | (0 if network else CLONE_NEWNET)
    _check(_libc.unshare(flags), "unshare")
    for file, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{file}", "w") as target:
            target.write(line)
    return "user, ipc, mount" if network else "user, network, ipc, mount"


def _landlock(read: list[str], write: list[str], newest: int | None, *, network: bool = False) -> str:
    """Files: read and write only where told. Abstract sockets and signals, TCP without ``network``: nowhere, by its
    version."""
    abi = _check(_libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1), "landlock")
    if newest is not None:
        abi = min(abi, newest)
    handled = FS_BY_ABI[min(abi, 5)]
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", 0 if network else 0b11)  # bind and connect of TCP
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
    """Every mount read-only, except the folders that may be written: the kernel then changes no metadata either."""

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


def _seccomp(*, programs: bool = False, network: bool = False) -> str:
    program: bytes = _syscalls.seccomp_program(
        platform.machine(), os.getpid(), programs=programs, network=network
    )
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _check(_libc.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "seccomp")
    return "listed system calls only"


if __name__ == "__main__":  # to see what this machine grants, see ``sandbox.granted``
    print(json.dumps(apply(json.loads(sys.argv[1]))))
