"""A bound on the memory that looking at one file may take, for processes that look at one file at a time.

A damaged length in an HDF5 file makes libhdf5 allocate what it says, up to 4 GiB for one text, before it finds that
nothing is there (seen in ``H5Aread`` of a text of variable length). Our own limits cannot see that: they bound what we
ask for. So the address space is bounded for the time of the look; the allocation fails at once, and the
library reports it like any other damage.
"""

from __future__ import annotations

import contextlib
import glob
import os
import sys
from typing import TYPE_CHECKING

from migrate.formats.limits import FREE_BYTES, MAX_EXPANSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COPIES = 4
"""What a reader may hold, in units of what the limits let a file expand to."""


def memory_for(size: int) -> int:
    """Bytes that a look at a file of this size may take."""
    return COPIES * max(FREE_BYTES, MAX_EXPANSION * size)


@contextlib.contextmanager
def bounded_memory(path: Path) -> Iterator[None]:
    """Bound the address space of this process while the file is looked at; its threads share the bound.

    What needs more fails with ``MemoryError``, or with the error that a library in C makes of it.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = address_space() + memory_for(_size(path))
    present = min((limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY), default=wanted)
    resource.setrlimit(resource.RLIMIT_AS, (min(wanted, present), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _size(path: Path) -> int:
    """Bytes of a file; of a folder or a checkpoint, of all its files; 0 for what cannot be looked at."""
    try:
        if path.is_dir():
            return sum(child.stat().st_size for child in path.rglob("*") if child.is_file())
        if path.suffix == ".index" or not path.exists():
            prefix = glob.escape(path.name.removesuffix(".index"))
            return sum(part.stat().st_size for part in path.parent.glob(f"{prefix}.*"))
        return path.stat().st_size
    except OSError:
        return 0  # whoever reads it says why


def address_space() -> int:
    """Bytes of address space in use, on Linux; elsewhere a generous guess."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 8 << 30
