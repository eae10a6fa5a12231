"""Archives that only carry models (zip, tar, tar.gz): told from models that are archives themselves, and unpacked.

Members are written as plain files under their own names into a folder of the run. Links, devices, names that leave
the folder, two members of one name and contents beyond the budget of a file are refused before anything of the
archive is used.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, cast

from migrate.batch.lock import must_be_own, not_writable
from migrate.findings import MigrationError
from migrate.formats.archive import is_archive_of
from migrate.formats.limits import MAX_MEMBERS, Budget, sha256_of
from migrate.formats.zip_access import ZipSource

MAX_MEMBER = 16 << 30
"""Longest member that is unpacked; the archive's own budget bounds all of them together."""
MAX_DEPTH = 32
"""Folders that a member may lie in: each costs an inode, and a name of 4 KiB holds two thousand."""
_MODELS = (".h5", ".hdf5", ".keras", ".pb", ".pbtxt", ".index")
_TFJS = "model.json"
_OF_PYTORCH = "data.pkl"
_ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip")
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_CHUNK = 1 << 20
_HINT = "The archive is damaged or deliberately misleading; fetch it again from a source you trust."
_TAR_ERRORS = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError)


def carries_models(path: Path) -> bool:
    """Whether a file is a zip or tar archive with files of models in it, and no model itself. Reads names only.

    Raises:
        MigrationError: SEC004 a tar that expands beyond reason.
    """
    if not path.is_file():
        return False
    with contextlib.suppress(OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        # By its head: a model with a zip behind it is a model, which the scan then speaks of.
        if path.suffix != ".keras" and _head(path) == _ZIP:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
            if is_archive_of(names) or any(PurePosixPath(name).name == _OF_PYTORCH for name in names):
                return False
            return _hold_models(names)
    if not _is_tar(path):
        return False
    with contextlib.suppress(*_TAR_ERRORS), _tar(path) as members:
        return _hold_models([info.name for info, _ in members])
    return False


def _hold_models(names: Sequence[str]) -> bool:
    """Whether one of these members is called like a model: a ``model.json`` of TensorFlow.js has weights beside it."""
    weights = {PurePosixPath(name).parent for name in names if name.endswith(".bin") or "-shard" in name}
    return any(
        name.endswith(_MODELS)
        or (PurePosixPath(name).name == _TFJS and PurePosixPath(name).parent in weights)
        for name in names
    )


def folder_name(archive: Path) -> str:
    """What the folder of its members is called: as the archive without its ending."""
    name = archive.name
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return f"{name}_unpacked"


def unpack_once(archive: Path, parent: Path) -> Path:
    """A folder with the members of an archive below ``parent``, where it stays; the same for the same content.

    Raises:
        MigrationError: as `unpack`; RUN011 where it cannot be written.
    """
    target = parent / sha256_of(archive)[:16] / folder_name(archive)
    try:
        for place in (parent.parent, parent, target.parent):
            place.mkdir(parents=True, exist_ok=True)
            must_be_own(place)
        if not target.is_dir():
            with tempfile.TemporaryDirectory(dir=target.parent) as beside:
                whole = Path(beside, target.name)
                whole.mkdir()
                unpack(archive, whole)
                whole.rename(target)
    except OSError as error:
        raise not_writable(parent, error) from error
    return target


def unpack(archive: Path, folder: Path) -> None:
    """Write the members of an archive below a folder.

    Raises:
        MigrationError: FMT015 it is damaged, SEC004 it expands beyond reason, SEC006 a member leaves it or is a link.
    """
    name = ""
    try:
        if _is_tar(archive):
            for name, content in _tar_members(archive):
                _write(folder, name, content, str(archive))
            return
        with ZipSource(archive) as source:
            for name in source.members:
                content = None if name.endswith("/") else io.BytesIO(source.read(name, MAX_MEMBER))
                _write(folder, name, content, str(archive))
    except _TAR_ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise MigrationError(
            "FMT015",
            f"{f'member {name!r} of ' if name else ''}{archive.name} cannot be unpacked: {reason}",
            "Unpack it yourself and pass the folder.",
        ) from error


def _write(folder: Path, name: str, content: IO[bytes] | None, place: str) -> None:
    """A member; a folder has no content."""
    if name.count("/") > MAX_DEPTH:
        raise MigrationError("SEC004", f"a member is more than {MAX_DEPTH} folders deep", _HINT, place)
    target = folder / name
    if content is None:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _is_tar(path: Path) -> bool:
    """A tar, alone or in gzip. Its first bytes are a member's name, so a tar of HDF5 looks like HDF5 to some."""
    with contextlib.suppress(OSError, EOFError, zlib.error, tarfile.TarError):
        packed = _head(path)[:2] == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(512)[257:262] == b"ustar"
    return False


class _Bounded(io.RawIOBase):
    """What a gzip expands to, up to the budget of the file."""

    def __init__(self, inner: io.BufferedIOBase, budget: Budget) -> None:
        super().__init__()
        self._inner, self._budget = inner, budget

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._inner.read(size if size >= 0 else _CHUNK)
        self._budget.spend(len(found), "the archive")
        return found


@contextlib.contextmanager
def _tar(path: Path) -> Iterator[Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]]:
    """The members of a tar, one after the other; nothing seeks, and what is read is counted."""
    budget = Budget(path.stat().st_size, str(path))
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        inner: io.BufferedIOBase = gzip.GzipFile(fileobj=raw) if packed else raw
        with tarfile.open(mode="r|", fileobj=cast("IO[bytes]", _Bounded(inner, budget))) as archive:
            yield _counted(archive, str(path))


def _counted(archive: tarfile.TarFile, place: str) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    for count, info in enumerate(archive, 1):
        if count > MAX_MEMBERS:
            raise MigrationError("SEC004", f"the archive has more than {MAX_MEMBERS:,} members", _HINT, place)
        yield info, archive


def _tar_members(path: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    seen: set[str] = set()
    with _tar(path) as members:
        for info, archive in members:
            parts = [part for part in info.name.replace("\\", "/").split("/") if part not in ("", ".")]
            name = "/".join(parts)
            if info.name.startswith(("/", "\\")) or ".." in parts or "\0" in name:
                raise MigrationError(
                    "SEC006", f"member {info.name!r} points outside the archive", _HINT, str(path)
                )
            if not info.isdir() and not info.isreg():
                raise MigrationError(
                    "SEC006", f"member {info.name!r} is a link or a device, not a file", _HINT, str(path)
                )
            if info.issparse():
                # Its holes are in no byte of the archive: 2 KiB may stand for any number of zeros.
                raise MigrationError("SEC004", f"member {info.name!r} is stored with holes", _HINT, str(path))
            if info.isreg() and name in seen:
                raise MigrationError("SEC006", f"two members have the name {name!r}", _HINT, str(path))
            seen.add(name)
            if info.isdir():
                yield name, None
            elif (content := archive.extractfile(info)) is not None:
                yield name, content
