"""The sorted table of a checkpoint's ``.index``: LevelDB's format, with TensorFlow's masked CRC-32C.

Format: https://github.com/google/leveldb/blob/main/doc/table_format.md. Keys are prefix-compressed within blocks;
blocks may be compressed by Snappy.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.checkpoint.crc import masked_crc32c
from migrate.formats.limits import MIB
from migrate.formats.wire import varint

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
MAX_TABLE_BYTES = 512 * MIB
"""Longest index that is read: each variable takes some 60 bytes, object graphs a few MB."""
_TRAILER = 5
_HINT = "The index is damaged or truncated; fetch the checkpoint again."


def read_table(data: bytes, place: str) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a table, in key order.

    Args:
        data: the whole table.
        place: file name for messages.

    Raises:
        MigrationError: FMT015 when the table is damaged.
    """
    if len(data) < FOOTER or data[-8:] != MAGIC:
        raise _damaged("no table footer", place)
    footer = memoryview(data)[-FOOTER:]
    try:
        offset, at = varint(footer, 0)
        size, at = varint(footer, at)
        _block(data, offset, size, place)  # the meta index: empty, but damage anywhere is damage
        offset, at = varint(footer, at)
        size, at = varint(footer, at)
        spent = 0
        for _, handle in _entries(_block(data, offset, size, place), place):
            view = memoryview(handle)
            offset, at = varint(view, 0)
            block = _block(data, offset, varint(view, at)[0], place)
            spent += len(block)
            if spent > MAX_TABLE_BYTES:
                raise MigrationError("SEC004", "the index expands beyond all limits", _HINT, place)
            yield from _entries(block, place)
    except MigrationError as error:
        error.place = error.place or place
        raise


def _block(data: bytes, offset: int, size: int, place: str) -> bytes:
    end = offset + size
    if end + _TRAILER > len(data):
        raise _damaged("a block reaches beyond the end", place)
    (stored,) = struct.unpack_from("<I", data, end + 1)
    if masked_crc32c(memoryview(data)[offset : end + 1]) != stored:
        raise _damaged("a block fails its checksum", place)
    kind = data[end]
    if kind == 0:
        return data[offset:end]
    if kind == 1:
        return uncompress(memoryview(data)[offset:end], place)
    raise _damaged(f"unknown compression {kind}", place)


def _entries(block: bytes, place: str) -> Iterator[tuple[bytes, bytes]]:
    """The entries of one block; the array of restart points at its end is not needed."""
    if len(block) < 4:
        raise _damaged("an empty block", place)
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise _damaged("impossible restart points", place)
    view = memoryview(block)[:end]
    at, key = 0, b""
    while at < end:
        shared, at = varint(view, at)
        fresh, at = varint(view, at)
        size, at = varint(view, at)
        if shared > len(key) or fresh + size > end - at:
            raise _damaged("an entry reaches beyond its block", place)
        key = key[:shared] + bytes(view[at : at + fresh])
        at += fresh
        yield key, bytes(view[at : at + size])
        at += size


def uncompress(data: memoryview, place: str) -> bytes:
    """Snappy's raw format: https://github.com/google/snappy/blob/main/format_description.txt.

    Raises:
        MigrationError: FMT015 for damaged input, SEC004 when it would expand beyond ``MAX_TABLE_BYTES``.
    """
    expected, at = varint(data, 0)
    if expected > MAX_TABLE_BYTES:
        raise MigrationError("SEC004", "a compressed block expands beyond all limits", _HINT, place)
    out = bytearray()
    end = len(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                width = size - 59
                size = int.from_bytes(data[at : at + width], "little")
                at += width
            size += 1
            if at + size > end:
                raise _damaged("compressed data end too early", place)
            out += data[at : at + size]
            at += size
        else:
            if tag & 3 == 1:
                size, back = (
                    ((tag >> 2) & 7) + 4,
                    (tag >> 5) << 8 | int.from_bytes(data[at : at + 1], "little"),
                )
                at += 1
            else:
                width = 2 if tag & 3 == 2 else 4
                size, back = (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")
                at += width
            if not 0 < back <= len(out):
                raise _damaged("compressed data copy from before their start", place)
            for _ in range(0, size, back):
                chunk = out[-back:][:size]
                out += chunk
                size -= len(chunk)
        if len(out) > expected:
            raise _damaged("compressed data are longer than declared", place)
    if len(out) != expected:
        raise _damaged("compressed data are shorter than declared", place)
    return bytes(out)


def _damaged(what: str, place: str) -> MigrationError:
    return MigrationError("FMT015", f"damaged checkpoint index: {what}", _HINT, place)
