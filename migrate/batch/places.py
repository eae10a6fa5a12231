"""What a user named, as paths on this machine: addresses of stores are fetched, archives of models unpacked.

What was brought lies in one scratch folder, which ends with the command, unless archives are to stay.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Self

from migrate.batch.store import download, download_file, is_url, local_path, open_store, patiently
from migrate.batch.unpacking import carries_models, folder_name, unpack, unpack_once
from migrate.findings import MigrationError
from migrate.worlds.host.scratch import Scratch

if TYPE_CHECKING:
    from types import TracebackType


class Places:
    """Brings what is not on this machine; a context manager."""

    def __init__(self, keep: Path | None = None) -> None:
        """With ``keep``, archives stay unpacked below it: what is said of their members can be followed."""
        self._keep = keep
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
        """A folder with the members of a zip or tar archive.

        Raises:
            MigrationError: FMT015 damaged, SEC004 it expands beyond reason, SEC006 a member leaves it or is a link,
                RUN011 it cannot be written.
        """
        if self._keep is not None:
            folder = unpack_once(archive, self._keep)
        else:
            folder = self._folder() / folder_name(archive)
            folder.mkdir()
            unpack(archive, folder)
        self._addresses[folder] = self.named(archive)
        return folder

    def opened(self, given: str) -> str:
        """A folder of what it carries for an archive of models on this machine; anything else as it was named.

        Raises:
            MigrationError: as `unpacked`.
        """
        if is_url(given) and not given.startswith("file://"):
            return given
        path = Path(local_path(given))
        return str(self.unpacked(path)) if carries_models(path) else given

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
