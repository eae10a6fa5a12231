"""Slices of partitioned variables, and the ordered code in which a bundle names them.

Format: ``tensorflow/core/util/saved_tensor_slice_util.cc`` (``EncodeTensorNameSlice``) over
``tensorflow/core/lib/strings/ordered_code.cc``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.formats.wire import Message

Slice = tuple[tuple[int, int], ...]
"""Start and length per dimension; length -1 is the whole dimension."""

_HEADERS = (b"\x00\x00", b"\x80\x00", b"\xc0\x00", b"\xe0\x00", b"\xf0\x00", b"\xf8\x00", b"\xfc\x00", b"\xfe\x00",
            b"\xff\x00", b"\xff\x80", b"\xff\xc0")  # fmt: skip


def parse_slice(message: Message) -> Slice:
    """A ``TensorSliceProto``."""
    return tuple((extent.sint(1), extent.sint(2) if 2 in extent else -1) for extent in message.messages(1))


def slice_key(name: str, part: Slice) -> bytes:
    """The key under which a bundle stores one slice of a variable."""
    escaped = (
        name.encode("utf-8", "surrogateescape").replace(b"\xff", b"\xff\x00").replace(b"\x00", b"\x00\xff")
    )
    key = _unsigned(0) + escaped + b"\x00\x01" + _unsigned(len(part))
    for start, length in part:
        key += _signed(start) + _signed(length)
    return key


def _unsigned(value: int) -> bytes:
    """Length byte and big-endian digits."""
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _signed(value: int) -> bytes:
    """Two's complement, big-endian, the number of bytes in its leading bits."""
    magnitude = ~value if value < 0 else value
    size = magnitude.bit_length() // 7 + 1
    digits = bytearray(value.to_bytes(10, "big", signed=True)[10 - size :])
    digits[0] ^= _HEADERS[size][0]
    if size > 1:
        digits[1] ^= _HEADERS[size][1]
    return bytes(digits)
