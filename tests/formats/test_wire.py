"""The protobuf wire format."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.findings import MigrationError
from migrate.formats.wire import Message, WireError, fields, varint
from tests.formats import protos


@given(st.integers(0, (1 << 64) - 1))
def test_varints_of_all_sizes(value: int) -> None:
    data = protos.varint(value)
    assert varint(memoryview(data), 0) == (value, len(data))


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_signed_values(value: int) -> None:
    assert Message(protos.field(3, value)).sint(3) == value


def test_every_kind_of_field() -> None:
    data = protos.field(1, 7) + protos.field(2, "text") + protos.fixed32(3, 9) + protos.field(1, 8)
    data += protos.field(4, protos.varint(5) + protos.varint(300)) + protos.field(
        5, protos.field(1, "k") + protos.field(2, b"")
    )
    data += protos.fixed32(6, struct.unpack("<I", struct.pack("<f", 0.5))[0])
    message = Message(data)
    assert message.uint(1) == 8  # the last one counts
    assert message.text(2) == "text"
    assert message.uint(3) == 9
    assert message.ints(4) == [5, 300]
    assert [name for name, _ in message.mapping(5)] == ["k"]
    assert message.f32(6) == 0.5
    assert message.uint(99) == 0
    assert message.text(99) == ""


def test_unpacked_numbers() -> None:
    assert Message(protos.field(4, 1) + protos.field(4, 2)).ints(4) == [1, 2]


@pytest.mark.parametrize("data", [b"\x80", b"\x0a\x05ab", b"\x0b", b"\x00\x01", b"\x0d\x00", b"\xff" * 11])
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(WireError) as caught:
        list(fields(memoryview(data)))
    assert caught.value.code == "FMT015"


@given(st.binary(max_size=200))
def test_any_bytes_end_in_fields_or_in_a_refusal(data: bytes) -> None:
    with contextlib.suppress(MigrationError):
        assert isinstance(Message(data).numbers, set)
