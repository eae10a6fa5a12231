"""Bytes of any kind: a file, a member of an archive, the content of a compressed file."""

from __future__ import annotations

import contextlib
import io
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """Named bytes, read on demand.

    Attributes:
        name: of the file or member, with its folders inside an archive.
        size: in bytes.
        head: the first `HEAD_BYTES`.
        open: returns a seekable stream.
        path: the file, if there is one.
    """

    name: str
    size: int
    head: bytes
    open: Callable[[], AbstractContextManager[BinaryIO]]
    path: Path | None = None

    @classmethod
    def of_file(cls, path: Path) -> Content:
        """The content of a file.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        return cls(path.name, path.stat().st_size, head, lambda: path.open("rb"), path)

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Content:
        """Content that is already in memory."""
        return cls(name, len(data), data[:HEAD_BYTES], lambda: contextlib.closing(io.BytesIO(data)))

    def read(self, limit: int) -> bytes:
        """The first ``limit`` bytes."""
        if len(self.head) >= min(limit, self.size):
            return self.head[:limit]
        with self.open() as stream:
            return stream.read(limit)

    def view(self) -> memoryview:
        """All bytes, mapped instead of read for a file; an empty file cannot be mapped."""
        if self.path is None or self.size == 0:
            return memoryview(self.read(self.size))
        with self.path.open("rb") as stream:
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))

    @property
    def suffix(self) -> str:
        """The part of the name after the last dot, in lower case."""
        stem, dot, suffix = self.name.rpartition(".")
        return f".{suffix.lower()}" if dot and stem and "/" not in suffix else ""
