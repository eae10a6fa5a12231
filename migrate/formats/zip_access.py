"""Guarded access to zip archives: bounded members, no duplicates, no names that climb out.

Zip archives may hold two members of one name, of which different readers see different ones, and members that
expand to any size; both are refused before anything is read.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from migrate.findings import MigrationError
from migrate.formats.limits import MAX_MEMBERS, Budget

if TYPE_CHECKING:
    from pathlib import Path

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_CHUNK = 1 << 20
_HINT = "The archive is damaged or deliberately misleading; fetch it again from a source you trust."
_ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, zlib.error, NotImplementedError,
    RuntimeError, ValueError, struct.error, UnicodeError, IndexError, MemoryError, OverflowError,
)  # fmt: skip


class ZipSource:
    """An archive open for reading.

    Raises:
        MigrationError: from every method: FMT015 damaged, SEC006 misleading member names, SEC004 a bomb.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = str(path)
        try:
            self.stored = path.stat().st_size
            self.file = zipfile.ZipFile(path)
            infos = self.file.infolist()
        except _ZIP_ERRORS as error:
            raise self._damaged("cannot open the archive", error) from error
        self.budget = Budget(self.stored, self.place)
        if len(infos) > MAX_MEMBERS:
            raise MigrationError("SEC004", f"the archive has {len(infos):,} members", _HINT, self.place)
        self.members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if name in self.members:
                raise MigrationError("SEC006", f"two members have the name {name!r}", _HINT, self.place)
            if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\0" in name:
                raise MigrationError(
                    "SEC006", f"member {name!r} points outside the archive", _HINT, self.place
                )
            self.members[name] = info

    def __enter__(self) -> ZipSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def read(self, name: str, limit: int) -> bytes:
        """A whole member, checked against its CRC.

        Args:
            name: the member; it must exist.
            limit: longest content that makes sense for it, in bytes.
        """
        info = self.members[name]
        if info.file_size > limit:
            raise MigrationError(
                "SEC004", f"member {name!r} is {info.file_size:,} bytes long", _HINT, self.place
            )
        self.budget.spend(info.file_size, f"member {name!r}")
        try:
            return self.file.read(info)
        except _ZIP_ERRORS as error:
            raise self._damaged(f"cannot read member {name!r}", error) from error

    def stream(self, name: str, *, check: bool) -> BinaryIO:
        """A member as a seekable stream: straight from the archive where it is stored, in memory where
        deflated.

        Args:
            name: the member; it must exist.
            check: compare the CRC of a stored member first (one more read; never more memory).
        """
        info = self.members[name]
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
            return io.BytesIO(self.read(name, max(info.file_size, 0)))
        try:
            with self.path.open("rb") as raw:
                raw.seek(info.header_offset)
                header = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
            start = info.header_offset + _LOCAL_HEADER.size + header[9] + header[10]
            if start + info.file_size > self.stored:
                raise zipfile.BadZipFile("member reaches beyond the end of the archive")
            if check:
                self._check_crc(info)
            return _Slice(self.path.open("rb"), start, info.file_size)  # type: ignore[return-value]
        except _ZIP_ERRORS as error:
            raise self._damaged(f"cannot read member {name!r}", error) from error

    def _check_crc(self, info: zipfile.ZipInfo) -> None:
        with self.file.open(info) as member:
            while member.read(_CHUNK):
                pass  # zipfile raises BadZipFile at the end when the CRC differs

    def _damaged(self, doing: str, error: BaseException) -> MigrationError:
        return MigrationError("FMT015", f"{doing}: {error}", _HINT, self.place)


class _Slice(io.RawIOBase):
    """A window on a file, for a library that needs to seek in a stored member."""

    def __init__(self, raw: BinaryIO, start: int, size: int) -> None:
        self._raw, self._start, self._size, self._at = raw, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._at))
        self._raw.seek(self._start + self._at)
        done = self._raw.readinto(view[:count])  # type: ignore[attr-defined]
        self._at += done
        return int(done)

    def close(self) -> None:
        self._raw.close()
        super().close()
