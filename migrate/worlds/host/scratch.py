"""Scratch folders that say whether their owner lives: a lock in them, which the kernel frees however that ends.

The number of a process says nothing to a container, which counts its own and may share the temporary folder. The lock
does: it is seen by everybody who sees the file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

from migrate.findings import MigrationError

PREFIX = "keras-migrate-"
_ALIVE = ".alive"
_MADE = re.compile(rf"{PREFIX}(run|read|fetched)-[a-z0-9_]{{8}}")
"""Names that `Scratch` makes; other folders of this prefix, without a mark, belong to somebody else."""
ROOM = 16 << 20
"""Bytes without which no model can be migrated: probes, answers and records take some."""
PATIENCE_SECONDS = 0.5
"""How long a folder is emptied again and again."""


class Scratch:
    """A folder of its own, of this user alone; removed by `close`, or by the next `sweep` after the owner's end.

    Args:
        kind: names it for people who look into the temporary folder.
        parent: where it is made; the system's temporary folder unless given.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, kind: str, parent: Path | None = None) -> None:
        while True:
            self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-", dir=parent))
            try:
                self._lock = _mark(self.folder)
            except FileNotFoundError:  # swept before it had its mark
                continue
            except OSError:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
            return

    def close(self) -> None:
        """Remove the folder, or leave it to a later `sweep`."""
        with contextlib.suppress(OSError):
            _remove(self.folder)
        self._lock.close()


def sweep(parent: Path | None = None) -> None:
    """Remove the scratch folders of this user whose owner has ended; all that is not surely one stays."""
    for folder in (parent or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_left(folder):
                _remove(folder)
            elif _is_unmarked(folder):
                (folder / f"{_ALIVE}.new").unlink(missing_ok=True)
                folder.rmdir()


def shortage(folder: Path) -> MigrationError | None:
    """``RUN011`` where nothing can be written in a folder any more; None where there is room.

    A worker says that in many words, and a hostile file could have it say them: the disk is asked. What the folder
    holds counts as free: an artifact that filled the disk was refused for its own sake, and nobody else has to stop.
    """
    own = sum(
        path.lstat().st_blocks * 512
        for below, _, names in os.walk(folder)
        for path in (Path(below, name) for name in names)
        if path.exists()
    )
    if shutil.disk_usage(folder).free + own >= ROOM:
        return None
    return MigrationError(
        "RUN011",
        f"the scratch folder cannot be written: {os.strerror(errno.ENOSPC)}",
        "Check its free space; use the environment variable TMPDIR to select another one.",
    )


def _mark(folder: Path) -> IO[str]:
    """The lock of a new folder; whoever sees the file sees it locked."""
    beside = folder / f"{_ALIVE}.new"
    lock = beside.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        beside.rename(folder / _ALIVE)
    except OSError:
        lock.close()
        raise
    return lock


def _remove(folder: Path) -> None:
    """All of a folder, its mark last: what cannot be removed now still tells the next `sweep` what it is.

    A process that has just been killed may write for a moment longer.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := [child for child in folder.iterdir() if child.name != _ALIVE]:
        if time.monotonic() > deadline:
            return
        for child in left:
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child, ignore_errors=True)
            else:
                child.unlink(missing_ok=True)
        time.sleep(0.01)
    mark = folder / _ALIVE
    mark.unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:  # written to since the last look
        mark.touch()


def _is_left(folder: Path) -> bool:
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return False
    if not (folder / _ALIVE).exists():
        return False
    with open(os.open(folder / _ALIVE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _is_unmarked(folder: Path) -> bool:
    """A folder whose owner was killed before it had its mark, or after it had taken it away: nothing is in it.

    An owner that is only that far makes another one.
    """
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or not _MADE.fullmatch(folder.name):
        return False
    return {child.name for child in folder.iterdir()} <= {f"{_ALIVE}.new"}
