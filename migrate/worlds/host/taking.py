"""Take what a worker wrote out of its reach, before anybody believes or publishes it.

A path in a worker's answer is a claim of a process that may be in other hands. So it must lie in that worker's own
scratch folder, and is walked to without following a link; what is there must be regular files and folders, and is
copied through the descriptors that were looked at. The copy is what is compared, and what is published: its content
cannot change between the two, and it has neither permissions nor other names that the worker chose.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migrate.findings import MigrationError
from migrate.formats.limits import MAX_MEMBERS
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.worker import Worker

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = _FILE | os.O_DIRECTORY
MAX_DEPTH = 16
"""Folders in a folder that are taken; a SavedModel with its assets has three."""
_CHUNK = 1 << 30


@dataclass(slots=True)
class _Count:
    """What one taking may still copy."""

    files: int
    bytes: int


def take(worker: Worker, path: object, name: str) -> Path:
    """Copy a file or folder that a worker says it wrote to where that worker cannot write.

    Args:
        worker: whose answer it is.
        path: the value in the answer.
        name: what the copy is called; an earlier one of this name is replaced.

    Raises:
        ProtocolError: the path is none, lies elsewhere, or is or holds what is no regular file or folder.
        MigrationError: ``RUN011`` when the copy cannot be written.
    """
    target = taken_folder(worker.scratch) / name
    take_from(worker.scratch, path, target, worker.limits.file_bytes)
    return target


def take_from(scratch: Path, path: object, target: Path, most: int) -> None:
    """The same of any process that was locked up in a folder.

    Args:
        scratch: that folder.
        path: where the process was to write, or says that it did.
        target: the copy, outside of the folder.
        most: bytes that are taken.

    Raises:
        ProtocolError, MigrationError: as `take`.
    """
    parts = _parts_below(scratch, path)
    left = _Count(MAX_MEMBERS, most)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_opened(scratch, None, str(path)))
        for part in parts[:-1]:
            folder = stack.enter_context(_opened(part, folder, str(path)))
        try:
            target.parent.mkdir(exist_ok=True)
            _remove(target)
            _copy(parts[-1], folder, target, left, 0, str(path))
        except OSError as error:
            raise MigrationError(
                "RUN011",
                f"the scratch folder cannot be written: {error.strerror or error}",
                "Check its free space; use the environment variable TMPDIR to select another one.",
            ) from error


def taken_folder(scratch: Path) -> Path:
    """Where the copies of what a worker wrote in ``scratch`` are."""
    return scratch.with_name(f"{scratch.name}-taken")


def _parts_below(scratch: Path, path: object) -> tuple[str, ...]:
    """The steps from the scratch folder to a path, judged by its text alone."""
    if not isinstance(path, str) or "\0" in path:
        raise ProtocolError("a worker returned no path where it should have written something")
    pure = PurePosixPath(path)
    if not pure.is_relative_to(scratch) or ".." in pure.parts:
        raise ProtocolError(f"a worker says that it wrote {path!r}, which is not in its own folder")
    parts = pure.relative_to(scratch).parts
    if not parts:
        raise ProtocolError("a worker says that it wrote its own folder")
    return parts


@contextlib.contextmanager
def _opened(name: str | Path, folder: int | None, path: str) -> Iterator[int]:
    """A folder's descriptor; of a link there is none."""
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        raise _refused(path, error.strerror) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _copy(name: str, folder: int, target: Path, left: _Count, depth: int, path: str) -> None:
    """Copy one entry of a folder, and all below it."""
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        raise _refused(path, f"{name}: {error.strerror}") from error
    try:
        info = os.fstat(descriptor)
        left.files -= 1
        left.bytes -= info.st_size
        if left.files < 0 or left.bytes < 0 or depth > MAX_DEPTH:
            raise _refused(path, "it is larger than any model")
        if stat.S_ISDIR(info.st_mode):
            target.mkdir()
            with os.scandir(descriptor) as entries:
                names = sorted(entry.name for entry in entries)
            for below in names:
                _copy(below, descriptor, target / below, left, depth + 1, path)
        elif stat.S_ISREG(info.st_mode) and info.st_nlink == 1:
            _copy_bytes(descriptor, target, info.st_size)
        else:
            raise _refused(path, f"{name} is not a regular file of its own")
    finally:
        os.close(descriptor)


def _copy_bytes(source: int, target: Path, size: int) -> None:
    """The bytes of an open file, by the kernel where both file systems let it."""
    with target.open("xb") as file:
        done = 0
        while done < size:
            try:
                count = os.copy_file_range(source, file.fileno(), min(size - done, _CHUNK), done, done)
            except OSError:  # another file system: some kernels copy within one alone
                os.lseek(source, done, os.SEEK_SET)
                file.seek(done)
                count = file.write(os.read(source, min(size - done, 1 << 20)))
            if not count:
                return  # it was cut short while it was copied; whoever reads the copy says so
            done += count


def _remove(target: Path) -> None:
    """What an earlier step took under this name."""
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def _refused(path: str, why: str | None) -> ProtocolError:
    return ProtocolError(f"the file that a worker reported as {path!r} cannot be taken: {why}")
