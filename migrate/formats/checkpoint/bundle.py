"""Tensor bundles: ``PREFIX.index`` and ``PREFIX.data-?????-of-?????``, arrays read one by one.

Format: ``tensorflow/core/util/tensor_bundle/tensor_bundle.h`` and ``tensor_bundle.proto``. The index maps each
name to dtype, shape, shard, offset, size and checksum; the shards hold nothing but values. Partitioned variables
(TF1) are stored slice by slice and joined here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from migrate.findings import MigrationError
from migrate.formats.checkpoint.crc import as_uint8, masked_crc32c
from migrate.formats.checkpoint.dtypes import dtype_name, numpy_dtype
from migrate.formats.checkpoint.slices import Slice, parse_slice, slice_key
from migrate.formats.checkpoint.table import FOOTER, MAGIC, MAX_TABLE_BYTES, read_table
from migrate.formats.hdf5_access import widen_bfloat16
from migrate.formats.wire import Message, varint

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_HINT = "Fetch all files of the checkpoint again."


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor of a bundle.

    Attributes:
        name: the key.
        dtype: TensorFlow's name of it (``"float32"``, ``"bfloat16"``, ``"string"``).
        shape: full shape.
        shard: number of the data file.
        offset: of the values in that file, in bytes.
        size: of the values, in bytes.
        crc: masked CRC-32C of the values.
        slices: the parts that a partitioned variable is stored in; empty for others.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    slices: tuple[Slice, ...] = ()


class Bundle(Mapping[str, np.ndarray[Any, Any]]):
    """The arrays of a checkpoint by name, each read from its shard when asked for, with its checksum verified.

    Strings come as object arrays of ``bytes``; bfloat16 widened to float32, exactly.

    Args:
        prefix: the checkpoint's prefix, ``dir/model.ckpt-100`` for ``dir/model.ckpt-100.index``.

    Raises:
        MigrationError: FMT021 unreadable, FMT015 damaged, FMT022 shards missing, SEC004 oversized; from the
            constructor and from ``[]``.
    """

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.index = prefix.with_name(prefix.name + ".index")
        self.place = str(self.index)
        self.entries: dict[str, Entry] = {}
        self._parts: dict[bytes, Entry] = {}
        self.shards = 0
        self._parse(read_index(self.index))

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        entry = self.entries[name]
        if not entry.slices:
            return self._load(entry)
        full = np.zeros(self._checked_shape(entry), numpy_dtype(entry.dtype) or np.float32)
        covered = 0
        for part in entry.slices:
            stored = self._parts.get(slice_key(name, part))
            if stored is None:
                raise self._damaged(f"a slice of {name!r} is missing")
            values = self._load(stored)
            where = tuple(slice(s, None if n < 0 else s + n) for s, n in part)
            if full[where].shape != values.shape:
                raise self._damaged(f"a slice of {name!r} does not fit")
            full[where] = values
            covered += values.size
        if covered != full.size:
            raise self._damaged(f"the slices of {name!r} do not cover it")
        return full

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def shard_path(self, number: int) -> Path:
        """The data file of a shard."""
        return self.prefix.with_name(f"{self.prefix.name}.data-{number:05d}-of-{self.shards:05d}")

    def missing_shards(self) -> list[Path]:
        """Data files that are not there: the checkpoint is incomplete."""
        used = {e.shard for e in (*self.entries.values(), *self._parts.values()) if e.size and not e.slices}
        return [path for path in map(self.shard_path, sorted(used)) if not path.is_file()]

    def _parse(self, data: bytes) -> None:
        for key, value in read_table(data, self.place):
            message = Message(value)
            if not key:
                self.shards = message.uint(1)
                if message.uint(2):
                    raise self._damaged("big-endian values, which no current machine writes")
                continue
            entry = self._entry(key.decode("utf-8", "surrogateescape"), message)
            if key[0] == 0:
                self._parts[key] = entry
            else:
                self.entries[entry.name] = entry
        if not 0 < self.shards < 100_000:
            raise self._damaged("it has no header: not a TensorFlow V2 checkpoint")

    def _entry(self, name: str, message: Message) -> Entry:
        shape = tuple(dim.sint(1) for dim in message.message(2).messages(2))
        return Entry(
            name=name,
            dtype=dtype_name(message.uint(1)),
            shape=shape,
            shard=message.uint(3),
            offset=message.uint(4),
            size=message.uint(5),
            crc=message.uint(6),
            slices=tuple(parse_slice(part) for part in message.messages(7)),
        )

    def _checked_shape(self, entry: Entry) -> tuple[int, ...]:
        """The shape of a partitioned variable, no larger than the slices that are stored for it."""
        stored = sum(part.size for part in self._parts.values())
        count = 1
        for size in entry.shape:
            count *= size
        if min(entry.shape, default=0) < 0 or count > stored:
            raise MigrationError(
                "SEC004", f"{entry.name!r} declares more than its slices contain", _HINT, self.place
            )
        return entry.shape

    def _load(self, entry: Entry) -> np.ndarray[Any, Any]:
        count = 1
        for size in entry.shape:
            count *= size
        if min(entry.shape, default=0) < 0:
            raise self._damaged(f"{entry.name!r} has a negative dimension")
        if entry.dtype == "string":
            return self._strings(entry, count)
        dtype = np.dtype(np.uint16) if entry.dtype == "bfloat16" else numpy_dtype(entry.dtype)
        if dtype is None:
            raise MigrationError(
                "FMT024",
                f"{entry.name!r} is a {entry.dtype}, which contains no array",
                "Leave it out.",
                self.place,
            )
        if count * dtype.itemsize != entry.size:
            raise self._damaged(
                f"{entry.name!r} has {entry.size:,} bytes for shape {entry.shape} of {entry.dtype}"
            )
        raw = self._raw(entry)
        if masked_crc32c(as_uint8(raw)) != entry.crc:
            raise self._damaged(f"the values of {entry.name!r} fail their checksum")
        values = raw.view(dtype).reshape(entry.shape)
        return widen_bfloat16(values) if entry.dtype == "bfloat16" else values

    def _raw(self, entry: Entry) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The bytes of an entry, read only when the shard really holds them."""
        path = self.shard_path(entry.shard)
        try:
            available = path.stat().st_size
            if entry.offset + entry.size > available:
                raise self._damaged(f"{path.name} ends before {entry.name!r}")
            raw: np.ndarray[Any, np.dtype[np.uint8]] = np.fromfile(
                path, np.uint8, entry.size, offset=entry.offset
            )
        except OSError as error:
            raise MigrationError(
                "FMT022", f"cannot read {path.name}: {error.strerror or error}", _HINT, self.place
            ) from error
        if raw.size != entry.size:
            raise self._damaged(f"{path.name} ends before {entry.name!r}")
        return raw

    def _strings(self, entry: Entry, count: int) -> np.ndarray[Any, Any]:
        """Strings: their lengths as varints, a checksum of the lengths, then all characters."""
        if count > entry.size:
            raise self._damaged(f"{entry.name!r} has {count:,} strings in {entry.size:,} bytes")
        view = memoryview(self._raw(entry).tobytes())
        at, lengths = 0, []
        for _ in range(count):
            length, at = varint(view, at)
            lengths.append(length)
        # The checksum runs over the lengths as fixed-width numbers, their own checksum, and the characters.
        fixed = b"".join(n.to_bytes(4 if n < 1 << 32 else 8, "little") for n in lengths)
        if masked_crc32c(fixed + bytes(view[at:])) != entry.crc:
            raise self._damaged(f"the strings of {entry.name!r} fail their checksum")
        at += 4
        if at + sum(lengths) != len(view):
            raise self._damaged(f"the strings of {entry.name!r} are inconsistent")
        values = np.empty(count, object)
        for index, length in enumerate(lengths):
            values[index] = bytes(view[at : at + length])
            at += length
        return values.reshape(entry.shape)

    def _damaged(self, what: str) -> MigrationError:
        return MigrationError("FMT015", f"damaged checkpoint: {what}", _HINT, self.place)


def read_bundle(prefix: Path) -> Bundle:
    """Open the checkpoint at a prefix; see ``Bundle``.

    Raises:
        MigrationError: FMT021, FMT015 or SEC004.
    """
    return Bundle(Path(prefix))


def read_index(path: Path) -> bytes:
    """The bytes of an ``.index`` file.

    Raises:
        MigrationError: FMT021 unreadable, FMT015 not a table, SEC004 too long.
    """
    place = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_TABLE_BYTES:
            raise MigrationError("SEC004", f"an index of {size:,} bytes", _HINT, place)
        data = path.read_bytes()
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot read {path.name}: {error.strerror or error}", _HINT, place
        ) from error
    if len(data) < FOOTER or data[-8:] != MAGIC:
        raise MigrationError(
            "FMT015", f"{path.name} is not a checkpoint index, or is truncated", _HINT, place
        )
    return data
