"""The folder beside the outputs that holds a batch's state, and the lock that lets one run at a time work there."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

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
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "lock").open("a+")
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
                f"another run (process {owner}) works in {out}",
                "Wait for it, or give another --out; `keras-migrate status` shows it.",
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        """Let others in."""
        self._file.close()


def not_writable(out: Path, error: OSError) -> MigrationError:
    """The refusal for an output folder that cannot be written."""
    return MigrationError(
        "RUN011",
        f"{out} cannot be written: {error.strerror or error}",
        "Check permissions and free space; what was finished stays finished.",
    )
