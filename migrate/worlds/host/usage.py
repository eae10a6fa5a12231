"""What a worker uses of the machine, as its owner sees it from outside."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.worlds.host.environment import Limits

PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process holds now; 0 when it is gone, or where there is no ``/proc`` to ask."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0  # the kernel's own limits remain
    return int(fields[1]) * PAGE


def scratch_excess(folder: Path, limits: Limits) -> str:
    """What a scratch folder holds beyond the limits; empty within them."""
    files = held = 0
    for where, below, names in os.walk(folder):
        files += len(below) + len(names)
        if files > limits.scratch_files:
            return f"more than {limits.scratch_files:,} files"
        for name in names:
            with contextlib.suppress(OSError):  # it is gone again
                held += os.lstat(os.path.join(where, name)).st_blocks * 512
        if held > limits.scratch_bytes:
            return f"more than {limits.scratch_bytes >> 20} MB"
    return ""
