"""Processes below another one, and whether they end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

PATIENCE_SECONDS = 60
"""How long an end may take; only a failure takes as long, and a loaded machine must not be one."""


def descendants(pid: int) -> list[int]:
    """Processes that were started by a process, or by those."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        todo += (mine := children.get(todo.pop(), []))
        found += mine
    return found


def command(pid: int) -> str:
    """What a process runs; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def survivors(pids: Iterable[int], seconds: float = PATIENCE_SECONDS) -> dict[int, str]:
    """Of these processes, those that have not ended by themselves in time, with what they run."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return {pid: command(pid) for pid in left}
