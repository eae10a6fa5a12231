"""Write files so that a run can be taken back: atomically, with a journal of what was there before.

A journal is a folder below ``.keras-migrate/journal`` of the repository: the old bytes of each file under
their digest, and ``journal.json`` that names them. It is written before the first file is touched.

A repository comes from others, and may bring a journal of its own that would have `undo` write what its author likes.
So each journal is sealed with a key that this user keeps on this machine, outside of any repository; one without that
seal is none. Nothing is written through a link, or outside of the root.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

STATE = ".keras-migrate"
FOLDER = Path(STATE) / "journal"
_KEPT = 10
"""Journals kept; the oldest go first."""
_KEY_BYTES = 32


class JournalError(Exception):
    """A journal that cannot be taken back, and why."""


class Entry(msgspec.Struct, frozen=True):
    """One written file: its path from the root, and the digests before and after."""

    path: str
    before: str
    after: str


class Journal(msgspec.Struct, frozen=True):
    """One run; ``seal`` is made from the rest, the root and this user's key."""

    written: str
    entries: tuple[Entry, ...]
    seal: str = ""


def digest(data: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content as a whole; mode bits stay. ``path`` is no link: that would be replaced itself."""
    mode = path.stat(follow_symlinks=False).st_mode if path.exists() else None
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
        JournalError: a file is no longer what was read, or is not below the root, be it by a link.
        OSError: a file cannot be written; those written before it stay and are in the journal.
    """
    root = root.resolve()
    planned = [(path, path.resolve(), old, new) for path, old, new in changes]
    if not planned:
        return None
    for path, real, old, _ in planned:
        if not real.is_relative_to(root):
            leads = f"leads to {real}, " if path.is_symlink() else "is "
            raise JournalError(f"{path} {leads}outside {root}; nothing was written")
        if real.read_bytes() != old:
            raise JournalError(f"{path} changed while it was being rewritten; nothing was written")
    key = _key()
    now = datetime.now(UTC)
    home = _journal_folder(root, make=True) / now.strftime("%Y%m%dT%H%M%S.%f")
    home.mkdir()
    entries = []
    for _, real, old, new in planned:
        (home / digest(old)).write_bytes(old)
        entries.append(Entry(real.relative_to(root).as_posix(), digest(old), digest(new)))
    journal = Journal(now.isoformat(timespec="seconds"), tuple(entries))
    sealed = msgspec.structs.replace(journal, seal=_seal(key, root, journal))
    write_atomically(home / "journal.json", msgspec.json.encode(sealed))
    for _, real, _, new in planned:
        write_atomically(real, new)
    for stale in journals(root)[:-_KEPT]:
        shutil.rmtree(stale)
    return home


def journals(root: Path) -> list[Path]:
    """Journals that can be taken back, oldest first: those that this user wrote on this machine for this root."""
    return [home for home, _ in _sealed(root.resolve())]


def _sealed(root: Path) -> list[tuple[Path, Journal]]:
    folder, key = _journal_folder(root), _key(make=False)
    if key is None or not folder.is_dir():
        return []
    found = []
    for home in sorted(folder.iterdir()):
        try:
            if home.is_symlink():
                continue
            data = _read_plain(home / "journal.json")
            journal = msgspec.json.decode(data, type=Journal)
        except (OSError, msgspec.DecodeError):
            continue
        if hmac.compare_digest(journal.seal.encode(), _seal(key, root, journal).encode()):
            found.append((home, journal))
    return found


def _journal_folder(root: Path, *, make: bool = False) -> Path:
    """The folder of all journals.

    Raises:
        JournalError: the repository has a link in its place, so that it is somewhere else.
    """
    for folder in (root / STATE, root / FOLDER):
        if folder.is_symlink():
            raise JournalError(f"{folder} is a link; remove it, so that the journal stays in the repository")
        if make:
            folder.mkdir(exist_ok=True)
    if make:
        try:
            with open(root / STATE / ".gitignore", "x") as ignore:
                ignore.write("*\n")
        except FileExistsError:
            pass  # an earlier run's, or whatever stands there in its place
    return root / FOLDER


def _key(*, make: bool = True) -> bytes | None:
    """This user's key on this machine; made on first use.

    Raises:
        JournalError: there is none, and it cannot be made.
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    home = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    file = home / "keras-migrate" / "journal.key"
    try:
        if make and not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(_KEY_BYTES))
            try:
                os.link(beside, file)  # of two runs that make it at once, one's becomes the key
            except FileExistsError:
                pass
            finally:
                os.unlink(beside)
        key = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(
            f"the key for sealing journals cannot be kept in {file.parent}: {error.strerror}; set another folder in "
            "the environment variable XDG_STATE_HOME"
        ) from error
    if len(key) != _KEY_BYTES:
        raise JournalError(f"{file} is damaged; remove it, but then earlier rewrites can no longer be undone")
    return key


def _seal(key: bytes | None, root: Path, journal: Journal) -> str:
    """HMAC-SHA256 (RFC 2104) over the root and all that the journal says."""
    assert key is not None
    told = [os.fsencode(root).hex(), journal.written, *((e.path, e.before, e.after) for e in journal.entries)]
    return hmac.new(key, msgspec.json.encode(told), "sha256").hexdigest()


def _read_plain(path: Path) -> bytes:
    """The bytes of a regular file that is no link.

    Raises:
        OSError: it is something else.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        return stream.read()


def _inside(root: Path, name: str) -> Path:
    """The path of an entry.

    Raises:
        JournalError: it leaves the root, or passes a link.
    """
    pure = PurePosixPath(name)
    path = root / pure
    if pure.is_absolute() or ".." in pure.parts or path.resolve() != path:
        raise JournalError(f"{name} is not, or no longer, a regular file below {root}; nothing was restored")
    return path


def undo(root: Path, *, force: bool = False) -> list[Path]:
    """Take back the last run.

    Args:
        root: the folder that holds ``.keras-migrate``.
        force: also restore files that were edited since.

    Returns:
        The files restored.

    Raises:
        JournalError: there is no journal of this user, it is damaged, or a file was edited since the run.
    """
    root = root.resolve()
    found = _sealed(root)
    if not found:
        folder = root / FOLDER
        others = folder.is_dir() and any(folder.glob("*/journal.json"))
        why = "; the existing ones were not written by you on this machine" if others else ""
        raise JournalError(f"no journal below {folder}{why}")
    home, journal = found[-1]
    restore: list[tuple[Path, bytes]] = []
    for entry in journal.entries:
        path = _inside(root, entry.path)
        now = digest(path.read_bytes()) if path.exists() else ""
        if now == entry.before:
            continue
        if now != entry.after and not force:
            raise JournalError(f"{entry.path} was edited since the rewrite; --force restores it anyway")
        try:
            old = _read_plain(home / entry.before)
        except OSError as error:
            raise JournalError(f"the journal lacks the old content of {entry.path}") from error
        if digest(old) != entry.before:
            raise JournalError(f"the journal's old content of {entry.path} is damaged; nothing was restored")
        restore.append((path, old))
    for path, old in restore:
        write_atomically(path, old)
    shutil.rmtree(home)
    return [path for path, _ in restore]


def originals(root: Path) -> dict[Path, bytes]:
    """What the files of all journals held before the first of them: path below ``root`` → bytes.

    Journals that this user did not write, and contents that are damaged, are left out.
    """
    root = root.resolve()
    found: dict[Path, bytes] = {}
    for home, journal in _sealed(root):
        for entry in journal.entries:
            path = Path(PurePosixPath(entry.path))
            try:
                old = _read_plain(home / entry.before)
            except OSError:
                continue
            if digest(old) == entry.before:
                found.setdefault(path, old)
    return found


def seal_of(root: Path, told: bytes) -> str:
    """A seal on something that is kept in a repository: HMAC-SHA256 with this user's key over the root and the bytes.

    Raises:
        JournalError: the key cannot be kept on this machine.
    """
    key = _key()
    assert key is not None
    return hmac.new(key, os.fsencode(root.resolve()) + b"\0" + told, "sha256").hexdigest()
