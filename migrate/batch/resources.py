"""What this machine has, and what an artifact is estimated to need of it."""

from __future__ import annotations

import os
from pathlib import Path

SLOT_BYTES = 2 << 30
"""Resident memory of one job's warm workers before a model is loaded: three frameworks at 0.6 GB each."""
READER_BYTES = 300 << 20
"""The same of one release of Keras 3 on JAX, which stays warm for ``--for``."""
BYTES_PER_BYTE = 10
"""Copies of the weights in the reader, the legacy, the modern and the stock world at their peak together."""
RESERVE = 0.85
"""Part of the free memory that a batch plans with."""
SECONDS_OF_ONE = 0.8
SECONDS_PER_MB = 0.06


def available_memory() -> int:
    """Bytes that can be had without swapping: the kernel's estimate, or what the control group leaves."""
    free = [_meminfo()]
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            free.append(int(Path(limit).read_text()) - int(Path(used).read_text()))
        except (OSError, ValueError):
            continue  # no such group, or "max": no limit
    return max(0, min(free))


def _meminfo() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux: the total is all that can be had
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jobs_for(asked: int, readers: int = 0) -> int:
    """How many jobs run side by side: as asked, else one a core, in either case as many as memory holds.

    Args:
        asked: 0 for one a core.
        readers: releases of Keras 3 that each job keeps warm.
    """
    fitting = max(1, int(available_memory() * RESERVE) // (SLOT_BYTES + readers * READER_BYTES))
    return max(1, min(asked or cores(), fitting))


def memory_of(size: int) -> int:
    """Bytes that an artifact of this size is expected to need beyond the warm workers."""
    return size * BYTES_PER_BYTE


def seconds_of(size: int) -> float:
    """Seconds that an artifact of this size is expected to take in warm workers."""
    return SECONDS_OF_ONE + SECONDS_PER_MB * size / 1e6
