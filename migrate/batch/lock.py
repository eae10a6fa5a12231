"""The folder beside the outputs that holds a batch's state, and the lock that lets one run at a time work there."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from typing import IO, TYPE_CHECKING

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from pathlib import Path

STATE = ".keras-migrate"


class Lock:
    """One run at a time in one folder; the kernel frees it when its owner ends, however that happens.

    Raises:
        MigrationError: RUN012 when another run holds it, RUN011 when the folder cannot be written.
    """

    def __init__(self, out: Path) -> None:
        folder = out / STATE
        try:
            out.mkdir(parents=True, exist_ok=True)
            folder.mkdir(exist_ok=True)
            must_be_own(folder)
            self._file = open_own(folder / "lock", "a+")
        except OSError as error:
            raise not_writable(out, error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            owner = self._file.read(32).strip() or "unknown"
            self._file.close()
            raise MigrationError(
                "RUN012",
                f"another run (process {owner}) is working in {out}",
                "Wait for it, or use another --out; `keras-migrate status` shows it.",
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        """Let others in."""
        self._file.close()


def must_be_own(path: Path) -> None:
    """Refuse a link where a file or folder of a batch's state should be: it would have another file written.

    Raises:
        OSError: it is a link.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, f"{path} is a link; remove it")


def open_own(path: Path, mode: str) -> IO[str]:
    """Open a file of a batch's state, in one of the modes of `open`; UTF-8.

    Raises:
        OSError: it cannot be opened, or is a link or no regular file.
    """

    def opener(name: str, flags: int) -> int:
        descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)  # of a pipe nobody waits for
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, f"{path} is not a regular file; remove it")
        return descriptor

    try:
        return open(path, mode, encoding="utf-8", errors="surrogateescape", opener=opener)
    except OSError as error:
        if error.errno == errno.ELOOP:
            must_be_own(path)
        raise


def not_writable(out: Path, error: OSError) -> MigrationError:
    """The refusal for an output folder that cannot be written."""
    return MigrationError(
        "RUN011",
        f"{out} cannot be written: {error.strerror or error}",
        "Check permissions and free space; finished artifacts are kept.",
    )
