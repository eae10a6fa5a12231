"""The protobuf wire format, read lazily and without generated classes.

A message is split into its fields as views of the one buffer, so that a SavedModel whose graph holds large
constants costs no copy. Format: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from migrate.findings import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HINT = "The file is damaged or truncated; fetch it again."
_LIMIT = 1 << 64
_EMPTY = memoryview(b"")


class WireError(MigrationError):
    """Bytes that are no protobuf message; FMT015."""

    def __init__(self, message: str) -> None:
        super().__init__("FMT015", message, _HINT)


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Decode the varint at ``at``: its value and the position after it.

    Raises:
        WireError: when the data end within it, or it is longer than 64 bits.
    """
    value = shift = 0
    end = len(data)
    while at < end:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= _LIMIT:
                break
            return value, at
        shift += 7
        if shift > 63:
            break
    raise WireError(f"not a protobuf message: bad varint before byte {at}")


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of one message in order: number and value.

    Varints come as unsigned int, 32- and 64-bit fields as int (their bits), the rest as views; groups are left out.

    Raises:
        WireError: when the bytes are no message.
    """
    at, end = 0, len(data)
    while at < end:
        tag = data[at]
        if tag < 0x80:  # almost always: a call for each of millions of tags and lengths would double the time
            at += 1
        else:
            tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: int | memoryview
        if number == 0:
            raise WireError("not a protobuf message: field number 0")
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size = data[at] if at < end else 0x80
            if size < 0x80:
                at += 1
            else:
                size, at = varint(data, at)
            if size > end - at:
                raise WireError(
                    f"not a protobuf message: field {number} reaches {size - end + at:,} bytes beyond the end"
                )
            value, at = data[at : at + size], at + size
        elif kind in (1, 5):
            width = 8 if kind == 1 else 4
            if width > end - at:
                raise WireError("not a protobuf message: ends within a number")
            value, at = int.from_bytes(data[at : at + width], "little"), at + width
        elif kind == 3:
            at = _after_group(data, at, number)
            continue
        else:
            raise WireError(f"not a protobuf message: wire type {kind}")
        yield number, value


def _after_group(data: memoryview, at: int, number: int) -> int:
    """The position after a group, the old form of a message: no message of TensorFlow has one, so it is unknown."""
    open_groups = [number]
    while open_groups:
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 3:
            open_groups.append(tag >> 3)
        elif kind == 4:
            if open_groups.pop() != tag >> 3:
                raise WireError("not a protobuf message: a group ends that was never started")
        elif kind == 0:
            _, at = varint(data, at)
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        elif kind == 2:
            size, at = varint(data, at)
            at += size
        else:
            raise WireError(f"not a protobuf message: wire type {kind}")
        if at > len(data):
            raise WireError("not a protobuf message: ends within a group")
    return at


class Message:
    """One message, its fields grouped by number.

    Accessors give the last value of a field as protobuf requires, all parts of a message, and the default when it is
    absent. What has another wire type than asked for is an unknown field, as it is to TensorFlow.
    """

    __slots__ = ("_fields",)

    def __init__(self, data: memoryview | bytes) -> None:
        grouped: dict[int, list[int | memoryview]] = {}
        for number, value in fields(memoryview(data)):
            grouped.setdefault(number, []).append(value)
        self._fields = grouped

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    @property
    def numbers(self) -> set[int]:
        """Field numbers that are present."""
        return set(self._fields)

    def uint(self, number: int, default: int = 0) -> int:
        """An unsigned integer, enum or bool field."""
        return next((v for v in reversed(self._fields.get(number, ())) if isinstance(v, int)), default)

    def sint(self, number: int, default: int = 0) -> int:
        """An ``int32`` or ``int64`` field: negative values are stored as 64-bit complements."""
        return signed(self.uint(number, default))

    def f32(self, number: int) -> float:
        """A ``float`` field."""
        return float(struct.unpack("<f", self.uint(number).to_bytes(8, "little")[:4])[0])

    def blob(self, number: int) -> bytes:
        """A ``bytes`` field."""
        return bytes(self.view(number))

    def view(self, number: int) -> memoryview:
        """A length-delimited field without a copy."""
        found = self._fields.get(number)
        if not found:
            return _EMPTY
        if isinstance(found[-1], memoryview):
            return found[-1]
        return next((v for v in reversed(found) if isinstance(v, memoryview)), _EMPTY)

    def text(self, number: int) -> str:
        """A ``string`` field; bytes that are no UTF-8 are replaced."""
        return str(self.view(number), "utf-8", "replace")

    def merged(self, number: int) -> memoryview:
        """The bytes of a singular message field: a message stated several times is one message, its parts merged.

        Source: https://protobuf.dev/programming-guides/encoding/#last-one-wins.
        """
        found = self._fields.get(number)
        if not found or len(found) == 1:
            return self.view(number)
        return memoryview(b"".join(self.views(number)))

    def message(self, number: int) -> Message:
        """A message field; an empty message when it is absent, one merged message when it is stated several times."""
        return Message(self.merged(number))

    def views(self, number: int) -> list[memoryview]:
        """A repeated length-delimited field."""
        return [v for v in self._fields.get(number, ()) if isinstance(v, memoryview)]

    def messages(self, number: int) -> Iterator[Message]:
        """A repeated message field, decoded one by one."""
        return (Message(view) for view in self.views(number))

    def texts(self, number: int) -> list[str]:
        """A repeated string field."""
        return [str(view, "utf-8", "replace") for view in self.views(number)]

    def ints(self, number: int) -> list[int]:
        """A repeated integer field, packed or not."""
        found: list[int] = []
        for value in self._fields.get(number, ()):
            if not isinstance(value, memoryview):
                found.append(signed(value))
                continue
            at = 0
            while at < len(value):
                one, at = varint(value, at)
                found.append(signed(one))
        return found

    def floats(self, number: int) -> list[float]:
        """A repeated ``float`` field, packed or not."""
        found: list[float] = []
        for value in self._fields.get(number, ()):
            data = bytes(value) if isinstance(value, memoryview) else value.to_bytes(8, "little")[:4]
            if len(data) % 4:
                raise WireError("not a protobuf message: packed floats end within a number")
            found += struct.unpack(f"<{len(data) // 4}f", data)
        return found

    def mapping(self, number: int) -> Iterator[tuple[str, Message]]:
        """A ``map<string, message>`` field."""
        for entry in self.messages(number):
            yield entry.text(1), entry.message(2)


def signed(value: int) -> int:
    """The two's complement value of a 64-bit unsigned integer."""
    return value - _LIMIT if value >= 1 << 63 else value


def written_varint(value: int) -> bytes:
    """A number that is not negative as the bytes that `varint` reads."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def written_field(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return written_varint(number << 3 | 2) + written_varint(len(payload)) + payload
