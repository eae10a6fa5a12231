"""What a user named, as paths on this machine: addresses of stores are fetched, zips of models unpacked.

Everything that was brought lies in one scratch folder, which ends with the command.
"""

from __future__ import annotations

import contextlib
import posixpath
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from migrate.batch.store import download, download_file, is_url, local_path, open_store, patiently
from migrate.findings import MigrationError
from migrate.formats.zip_access import ZipSource
from migrate.worlds.scratch import Scratch

if TYPE_CHECKING:
    from types import TracebackType

MAX_MEMBER = 16 << 30
"""Longest member of a zip that is unpacked; the archive's own budget bounds all of them together."""


class Places:
    """Brings what is not on this machine; a context manager."""

    def __init__(self) -> None:
        self._scratch: Scratch | None = None
        self._count = 0
        self._addresses: dict[Path, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._scratch is not None:
            self._scratch.close()

    def local(self, given: str) -> Path:
        """A path for what was named: a local path or ``file://`` address as it is, anything else fetched.

        Raises:
            MigrationError: RUN013 nothing is there, RUN018 the store does not answer, RUN011 the disk is full.
        """
        if not is_url(given):
            return Path(local_path(given))
        path = self._folder() / (posixpath.basename(given.rstrip("/")) or "all")
        _fetch(given, path)
        self._addresses[path] = given
        return path

    def unpacked(self, archive: Path) -> Path:
        """A folder with the members of a zip archive.

        Raises:
            MigrationError: FMT015 it is damaged, SEC004 it expands beyond reason, SEC006 a member's name leaves it.
        """
        folder = self._folder() / archive.stem
        with ZipSource(archive) as source:
            for name in source.members:
                target = folder / name
                try:
                    if name.endswith("/"):
                        target.mkdir(parents=True, exist_ok=True)
                        continue
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(source.read(name, MAX_MEMBER))
                except OSError as error:
                    raise MigrationError(
                        "FMT015",
                        f"member {name!r} of {archive.name} cannot be unpacked: {error.strerror or error}",
                        "Unpack it yourself and name the folder.",
                    ) from error
        self._addresses[folder] = self.named(archive)
        return folder

    def named(self, path: Path) -> str:
        """What the user called a path that `local` or `unpacked` gave."""
        return self._addresses.get(path, str(path))

    def _folder(self) -> Path:
        """A new folder for each thing: names may be alike."""
        if self._scratch is None:
            self._scratch = Scratch("fetched")
        self._count += 1
        folder = self._scratch.folder / str(self._count)
        folder.mkdir()
        return folder


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive, of models perhaps."""
    with contextlib.suppress(OSError):
        return path.is_file() and zipfile.is_zipfile(path)
    return False


def _fetch(url: str, path: Path) -> None:
    """A file, a folder, or the files of a checkpoint whose prefix the address is."""
    store, place = open_store(url)
    if patiently(url, lambda: store.exists(place)):
        download(url, path)
        return
    parts: list[str] = patiently(url, lambda: store.glob(f"{place}.*"))
    if not any(part.endswith(".index") for part in parts):
        raise MigrationError("RUN013", f"{url} does not exist", "Check the address.")
    for part in parts:
        download_file(store, part, path.with_name(posixpath.basename(part)))
