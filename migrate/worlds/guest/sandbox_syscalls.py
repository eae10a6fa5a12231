"""The system calls that a worker may make, as a filter of classic BPF for seccomp.

An allow-list: what is not named is refused, so that a call that nobody thought of, or that a later kernel adds, is
closed. Left out on purpose is all that changes something which Landlock does not govern: permissions, owners, times,
attributes and links of files (by path or by an open descriptor: a staged input may be a hard link to the user's own
file), signals, priorities and limits of other processes, System V and POSIX queues, sockets, new programs.

Like ``sandbox_apply.py`` it runs in every world, so it imports the standard library alone. Numbers are those of the
kernel's ``asm/unistd.h``, commands those of ``linux/fcntl.h``, ``asm/ioctls.h`` and ``linux/prctl.h``.
"""

from __future__ import annotations

import struct

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine to its ``AUDIT_ARCH`` and its column in the tables below."""

Numbers = tuple[int | None, int | None]
ALLOWED: dict[str, Numbers] = {
    # files that are open
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286),
    "pwritev2": (328, 287), "lseek": (8, 62), "close": (3, 57), "close_range": (436, 436), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "fstat": (5, 80), "ftruncate": (77, 46), "fallocate": (285, 47),
    "fsync": (74, 82), "fdatasync": (75, 83), "sync_file_range": (277, 84), "fadvise64": (221, 223),
    "readahead": (187, 213), "sendfile": (40, 71), "copy_file_range": (326, 285), "flock": (73, 32),
    "getdents": (78, None), "getdents64": (217, 61),
    # waiting for them
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441), "eventfd": (284, None),
    "eventfd2": (290, 19), "pipe": (22, None), "pipe2": (293, 59), "memfd_create": (319, 279),
    # paths; Landlock and mounts decide which
    "creat": (85, None), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "stat": (4, None), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "statfs": (137, 43), "fstatfs": (138, 44), "readlink": (89, None), "readlinkat": (267, 78),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "umask": (95, 166),
    # memory of its own
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216), "brk": (12, 214),
    "madvise": (28, 233), "msync": (26, 227), "mincore": (27, 232), "mlock": (149, 228),
    "mlock2": (325, 284), "munlock": (150, 229), "membarrier": (324, 283),
    # threads and time of its own
    "futex": (202, 98), "futex_waitv": (449, 449), "set_robust_list": (273, 99),
    "set_tid_address": (218, 96), "rseq": (334, 293), "gettid": (186, 178), "exit": (60, 93),
    "exit_group": (231, 94), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121), "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "getcpu": (309, 168), "arch_prctl": (158, None),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getitimer": (36, 102), "setitimer": (38, 103), "alarm": (37, None),
    "timer_create": (222, 107), "timer_settime": (223, 110), "timer_gettime": (224, 108),
    "timer_getoverrun": (225, 109), "timer_delete": (226, 111),
    # signals to itself
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "pause": (34, None),
    # questions about itself
    "getpid": (39, 172), "getppid": (110, 173), "getpgrp": (111, None), "getpgid": (121, 155),
    "getsid": (124, 156), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "getgroups": (115, 158), "getresuid": (118, 148), "getresgid": (120, 150),
    "capget": (125, 90), "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98, 165),
    "getrlimit": (97, 163), "setrlimit": (160, 164), "getpriority": (140, 141), "getrandom": (318, 278),
    "wait4": (61, 260), "waitid": (247, 95),
}  # fmt: skip

CLONE: Numbers = (56, 220)
OPEN: dict[str, tuple[Numbers, int]] = {"open": ((2, None), 1), "openat": ((257, 56), 2)}
"""Calls that open a path, and which of their arguments holds the flags; ``openat2`` hides them in memory."""
ACCESS_MODE, TRUNCATE = 0o3, 0o1000
COMMANDS: dict[str, tuple[Numbers, int, frozenset[int]]] = {
    # duplicates, descriptor and status flags, locks, sizes of pipes, seals; not owners and signals of descriptors,
    # leases, notifications and hints
    "fcntl": ((72, 25), 1, frozenset({0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032, 1033, 1034})),
    # "is it a terminal", its size, bytes waiting, blocking, close on exec; not flags of inodes, not terminals' input
    "ioctl": ((16, 29), 1, frozenset({0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451})),
    # names of threads and mappings, dumpable, timer slack, huge pages, the end of the parent, and questions
    "prctl": ((157, 167), 0, frozenset({1, 2, 3, 4, 15, 16, 21, 23, 29, 30, 39, 41, 42, 0x53564D41})),
}
"""Calls of which only these values of one argument are allowed."""
OWN_PROCESS: dict[str, Numbers] = {"kill": (62, 129), "tgkill": (234, 131)}
"""Calls whose first argument must be this process."""
ITSELF: dict[str, Numbers] = {"prlimit64": (302, 261), "sched_setaffinity": (203, 122)}
"""Calls whose first argument must be this process, or 0 for it."""
ATTRIBUTES: dict[str, Numbers] = {
    "getxattr": (191, 8), "lgetxattr": (192, 9), "fgetxattr": (193, 10),
    "listxattr": (194, 11), "llistxattr": (195, 12), "flistxattr": (196, 13),
}  # fmt: skip
"""Answered as by a file system without extended attributes, which every copying program copes with."""

PROGRAMS: dict[str, Numbers] = {
    # programs and processes below this one
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "setsid": (112, 157),
    "setpgid": (109, 154),
    # signals to them; only Landlock 6 tells them from other processes
    "kill": (62, 129), "tgkill": (234, 131), "tkill": (200, 130),
    # what copying programs set on their copies; only read-only mounts tell them from other files
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "symlink": (88, None),
    "symlinkat": (266, 36), "link": (86, None), "linkat": (265, 37),
    # pairs of connected sockets, which lead nowhere else; ``socket`` and ``connect`` stay closed
    "recvfrom": (45, 207), "sendto": (44, 206), "recvmsg": (47, 212), "sendmsg": (46, 211), "shutdown": (48, 210),
    "getsockopt": (55, 209), "setsockopt": (54, 208), "getsockname": (51, 204), "getpeername": (52, 205),
}  # fmt: skip
"""What a command of the user may do beyond a worker: start programs, and treat files and pipes as programs do."""
NETWORK: dict[str, Numbers] = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendmmsg": (307, 269), "recvmmsg": (299, 243),
}  # fmt: skip
"""What it takes on top of that to speak with other machines."""
SOCKETPAIR: Numbers = (53, 199)
STREAMS = frozenset({1, 1 | 0x800, 1 | 0x80000, 1 | 0x80800})
"""``SOCK_STREAM`` with flags: unlike a datagram, a stream can be sent to its own other end alone."""
NEW_NAMESPACES = 0x7E020000
"""The flags of ``clone`` that begin a namespace (``linux/sched.h``)."""

LOAD, AND, RETURN = 0x20, 0x54, 0x06
JUMP_EQUAL, JUMP_SET, JUMP_AT_LEAST = 0x15, 0x45, 0x35
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EOPNOTSUPP = 1, 38, 95
CLONE_THREAD = 0x00010000
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
UNIFIED = 424
"""From this number on all architectures count alike. Libraries try what is newer than their oldest kernel and go on
without it where there is no such call, so that is the answer there."""


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


_allow, _refuse = _step(RETURN, ALLOW), _step(RETURN, REFUSE | EPERM)


def _argument(position: int) -> bytes:
    """Load the lower half of an argument: all that the kernel looks at of flags, commands and process ids."""
    return _step(LOAD, ARGUMENTS_AT + 8 * position)


def _case(number: int | None, body: list[bytes]) -> list[bytes]:
    """The steps for one call; ``body`` ends the program on every way through it."""
    return [] if number is None else [_step(JUMP_EQUAL, number, 0, len(body)), *body]


def _one_of(position: int, values: set[int] | frozenset[int]) -> list[bytes]:
    """Allow a call whose argument is one of ``values``."""
    steps = [_argument(position)]
    for value in sorted(values):
        steps += [_step(JUMP_EQUAL, value, 0, 1), _allow]
    return [*steps, _refuse]


def _opening(position: int) -> list[bytes]:
    """Before version 3 Landlock does not see that ``O_RDONLY | O_TRUNC`` empties a file, nor what mode 3 is for."""
    steps = [_argument(position), _step(AND, ACCESS_MODE | TRUNCATE)]
    for flags in (TRUNCATE, ACCESS_MODE, ACCESS_MODE | TRUNCATE):
        steps += [_step(JUMP_EQUAL, flags, 0, 1), _refuse]
    return [*steps, _allow]


def seccomp_program(machine: str, pid: int, *, programs: bool = False, network: bool = False) -> bytes:
    """The filter as instructions of classic BPF, eight bytes each.

    Args:
        machine: as ``platform.machine()`` tells it.
        pid: of the process that it is for; its threads share it.
        programs: it may start further programs, to which the same filter applies.
        network: these may open sockets.

    Raises:
        OSError: for a machine whose numbers are not known here.
    """
    if machine not in ARCHITECTURES:
        raise OSError(f"no table of system calls for {machine}")
    architecture, column = ARCHITECTURES[machine]
    program = [
        *(_step(LOAD, ARCHITECTURE_AT), _step(JUMP_EQUAL, architecture, 1), _step(RETURN, KILL)),
        _step(LOAD, NUMBER_AT),
    ]
    for numbers in ALLOWED.values():
        program += _case(numbers[column], [_allow])
    for numbers, position in OPEN.values():
        program += _case(numbers[column], _opening(position))
    for numbers, position, values in COMMANDS.values():
        program += _case(numbers[column], _one_of(position, values))
    if programs:
        for numbers in (PROGRAMS | NETWORK if network else PROGRAMS).values():
            program += _case(numbers[column], [_allow])
        program += _case(SOCKETPAIR[column], _one_of(1, STREAMS))
        program += _case(
            CLONE[column], [_argument(0), _step(JUMP_SET, NEW_NAMESPACES, 0, 1), _refuse, _allow]
        )
    for numbers in OWN_PROCESS.values():
        program += _case(numbers[column], _one_of(0, {pid}))
    for numbers in ITSELF.values():
        program += _case(numbers[column], _one_of(0, {0, pid}))
    for numbers in ATTRIBUTES.values():
        program += _case(numbers[column], [_step(RETURN, REFUSE | EOPNOTSUPP)])
    # threads; glibc falls back to this from clone3, whose flags a filter cannot see
    program += _case(CLONE[column], [_argument(0), _step(JUMP_SET, CLONE_THREAD, 0, 1), _allow, _refuse])
    program += [_step(JUMP_AT_LEAST, UNIFIED, 0, 1), _step(RETURN, REFUSE | ENOSYS), _refuse]
    return b"".join(program)
