"""What a worker may touch: the policy that the parent writes and the worker puts in force on itself.

See ``sandbox_apply.py`` for how. The parent learns from the worker's first message, sent before anything of a
model is read, which protections the kernel granted; `shortfall` says what that leaves open.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.findings import Finding, Severity
from migrate.formats.links import blobs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrate.worlds.host.environment import Limits

ADDRESS_SPACE_BEYOND = 6 << 30
"""TensorFlow maps far more than it uses; this much address space is granted beyond the memory limit."""

_APPLY = Path(__file__).resolve().parents[1] / "guest" / "sandbox_apply.py"
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/opt/rocm",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)

_OF_NETWORK = ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/ssl", "/etc/ca-certificates")

_PROMISES: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    (
        "no network",
        (frozenset({"namespaces"}), frozenset({"seccomp"}), frozenset({"seccomp for programs"})),
    ),
    ("no connections to local sockets", (frozenset({"seccomp"}), frozenset({"seccomp for programs"}))),
    (
        "no writes to files outside the scratch folder",
        (frozenset({"landlock 3"}), frozenset({"landlock 1", "seccomp"}), frozenset({"read-only mounts"})),
    ),
    ("no writes to pipes and devices", (frozenset({"landlock 1"}),)),
    (
        "no changes of permissions, owners, times and attributes of files",
        (frozenset({"seccomp"}), frozenset({"read-only mounts"})),
    ),
    ("no reads outside the input and the libraries", (frozenset({"landlock 1"}),)),
    ("no further programs or processes", (frozenset({"seccomp"}),)),
    ("no signals to other processes", (frozenset({"landlock 6"}), frozenset({"seccomp"}))),
    (
        "no interference with other processes",
        tuple(
            frozenset({filter_, files})
            for filter_ in ("seccomp", "seccomp for programs", "seccomp for programs on the network")
            for files in ("landlock 1", "read-only mounts")
        ),
    ),
    ("limits on processor time and file size", (frozenset({"resource limits"}),)),
)
"""Each promise, and the sets of protections of which any one keeps it.

``landlock N`` is version N or newer (``linux/landlock.h``): 1 governs opening, making and removing files; 3 also
truncation, which seccomp refuses by path and where no writable descriptor is at hand; 6 signals. It never governs
metadata. Other processes have files, too, below ``/proc``. A read-only mount still lets a pipe or device be written,
and a network namespace lets a socket that is a file be connected.
"""


def policy(
    scratch: Path,
    limits: Limits,
    read: Iterable[Path] = (),
    *,
    python: Path | None = None,
    programs: bool = False,
    network: bool = False,
    skip: Sequence[str] = (),
    landlock_abi: int | None = None,
) -> dict[str, Any]:
    """The policy of one worker.

    Args:
        scratch: the only folder that it may write.
        limits: processor time, file size, memory and descriptors.
        read: inputs, beside the interpreter, its packages and the system's libraries; of a link what it leads to, of a
            snapshot in a Hugging Face cache also the contents that its links lead to.
        python: the interpreter, when it is not this one.
        programs: it may start further programs, which inherit all of this: for a command of the user. They may read
            what ``/proc`` says of any process to everybody; memory and environment of other processes stay closed,
            because Landlock lets nobody trace out of it.
        network: those may use the network; what it takes to find other machines may be read.
        skip: protections to leave out; for tests of the fallbacks.
        landlock_abi: newest version of Landlock to use; for tests, as on an older kernel.
    """
    given = [Path(os.path.realpath(path)) for path in read]  # resolve() raises for links in a circle
    contents = [blobs for path in given if (blobs := blobs_of(path)) is not None]
    readable = [*_SYSTEM, *_interpreter(python), *(str(path) for path in (*given, *contents))]
    readable += _OF_NETWORK if network else ()
    readable += ["/proc"] if programs else []  # "/proc/self" of a child is another folder
    return {
        "read": list(dict.fromkeys(readable)),
        "write": [str(scratch.resolve()), "/dev/null"],
        "rlimits": {
            "CORE": 0,
            "CPU": limits.cpu_seconds,
            "FSIZE": limits.file_bytes,
            "NOFILE": limits.open_files,
            "AS": limits.memory_bytes + ADDRESS_SPACE_BEYOND,
        },
        "programs": programs,
        "network": network,
        "skip": list(skip),
        "landlock_abi": landlock_abi,
    }


def _interpreter(python: Path | None) -> list[str]:
    """Folders of an interpreter and of this project; not the working directory, nor all of ``sys.path``."""
    package = Path(__file__).resolve().parents[2]
    own = [str(package), str(package.parent / "codemods")]
    if python is not None:
        return [*own, str(python.absolute().parent.parent), str(python.resolve().parent.parent)]
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*own, sys.prefix, sys.base_prefix, *folders, *_linked_packages()]


def _linked_packages() -> list[str]:
    """Folders that ``.pth`` files put on the path; not those of the caller's folder, script or variables."""
    given = {Path(entry).resolve() for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    closed = {Path.cwd(), Path(sys.argv[0]).resolve().parent, *given}
    home = Path.home()
    entries = [Path(entry).resolve() for entry in sys.path if entry]
    return [
        str(entry)
        for entry in entries
        if entry.is_dir() and entry not in closed and not home.is_relative_to(entry) and entry.parent != entry
    ]


def promises(active: Sequence[str]) -> dict[str, bool]:
    """Which promises hold, given the protections that a worker reported."""
    names = {name for line in active for name in _names(line)}
    return {promise: any(all_of <= names for all_of in keepers) for promise, keepers in _PROMISES}


def _names(line: str) -> set[str]:
    """What one reported protection counts as: ``landlock (version 3)`` is ``landlock 1`` to ``landlock 3``."""
    name, _, detail = line.partition(" (")
    if name != "landlock":
        return {name}
    version = detail.removeprefix("version ").rstrip(")")
    return {f"{name} {number}" for number in range(1, int(version) + 1)} if version.isdecimal() else set()


def shortfall(active: Sequence[str]) -> list[Finding]:
    """A warning for each promise that this machine cannot keep; empty where all hold."""
    return [
        Finding(
            "RUN006",
            Severity.WARNING,
            f"this machine cannot guarantee: {promise}",
            "Run in a container without network and with a read-only root, or on a kernel with Landlock.",
        )
        for promise, kept in promises(active).items()
        if not kept
    ]


@cache
def granted() -> tuple[str, ...]:
    """The protections that this machine grants, tried in a process of its own that does nothing else.

    Costs the start of a bare interpreter, once. Empty where not even that could be tried.
    """
    with tempfile.TemporaryDirectory(prefix="keras-migrate-probe-") as folder:
        rules = json.dumps({"read": [], "write": [folder], "rlimits": {"CORE": 0}})
        command = [sys.executable, "-I", "-S", "-B", str(_APPLY), rules]
        try:
            done = subprocess.run(command, cwd=folder, env={}, capture_output=True, timeout=30, check=False)
            active, _ = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return ()
    return tuple(str(name) for name in active)
