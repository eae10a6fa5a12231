"""Write files so that a run can be taken back: atomically, with a journal of what was there before.

A journal is a folder below ``.keras-migrate/journal`` of the repository: the old bytes of each file under
their digest, and ``journal.json`` that names them. It is written before the first file is touched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

FOLDER = Path(".keras-migrate") / "journal"
_KEPT = 10
"""Journals kept; the oldest go first."""


class JournalError(Exception):
    """A journal that cannot be taken back, and why."""


class Entry(msgspec.Struct, frozen=True):
    """One written file: its path from the root, and the digests before and after."""

    path: str
    before: str
    after: str


class Journal(msgspec.Struct, frozen=True):
    """One run."""

    written: str
    entries: tuple[Entry, ...]


def digest(data: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content as a whole; mode bits stay, symbolic links are followed."""
    path = path.resolve()
    mode = path.stat().st_mode if path.exists() else None
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write(root: Path, changes: Iterable[tuple[Path, bytes, bytes]]) -> Path | None:
    """Write ``(path, old, new)`` for each file and journal it first.

    Returns:
        The journal's folder; None when there was nothing to write.

    Raises:
        JournalError: a file is no longer what was read.
        OSError: a file cannot be written; those written before it stay and are in the journal.
    """
    planned = list(changes)
    if not planned:
        return None
    for path, old, _ in planned:
        if path.read_bytes() != old:
            raise JournalError(f"{path} changed while it was being rewritten; nothing was written")
    now = datetime.now(UTC)
    home = root / FOLDER / now.strftime("%Y%m%dT%H%M%S.%f")
    home.mkdir(parents=True)
    (root / FOLDER.parts[0] / ".gitignore").write_text("*\n")
    entries = []
    for path, old, new in planned:
        (home / digest(old)).write_bytes(old)
        relative = os.path.relpath(path.resolve(), root.resolve())
        entries.append(Entry(relative, digest(old), digest(new)))
    journal = Journal(now.isoformat(timespec="seconds"), tuple(entries))
    write_atomically(home / "journal.json", msgspec.json.encode(journal))
    for path, _, new in planned:
        write_atomically(path, new)
    for stale in journals(root)[:-_KEPT]:
        shutil.rmtree(stale)
    return home


def journals(root: Path) -> list[Path]:
    """Journals that can be taken back, oldest first."""
    folder = root / FOLDER
    return sorted(path.parent for path in folder.glob("*/journal.json")) if folder.is_dir() else []


def undo(root: Path, *, force: bool = False) -> list[Path]:
    """Take back the last run.

    Args:
        root: the folder that holds ``.keras-migrate``.
        force: also restore files that were edited since.

    Returns:
        The files restored.

    Raises:
        JournalError: there is no journal, or a file was edited since the run.
    """
    found = journals(root)
    if not found:
        raise JournalError(f"no journal below {root / FOLDER}")
    home = found[-1]
    journal = msgspec.json.decode((home / "journal.json").read_bytes(), type=Journal)
    restore: list[tuple[Path, bytes]] = []
    for entry in journal.entries:
        path = root / entry.path
        old = (home / entry.before).read_bytes()
        now = digest(path.read_bytes()) if path.exists() else ""
        if now == entry.before:
            continue
        if now != entry.after and not force:
            raise JournalError(f"{entry.path} was edited since the rewrite; --force restores it all the same")
        restore.append((path, old))
    for path, old in restore:
        write_atomically(path, old)
    shutil.rmtree(home)
    return [path for path, _ in restore]
