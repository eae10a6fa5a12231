"""Constants of a graph, in each of the forms that a ``TensorProto`` has."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from migrate.findings import MigrationError
from migrate.formats.saved_model.keras import read_keras_saved_model
from migrate.formats.saved_model.tables import decode_tensor, read_constants
from migrate.formats.wire import Message
from tests.formats import protos

TWO = protos.field(2, protos.shape(2))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (protos.field(1, 9) + TWO + protos.field(4, struct.pack("<2q", 3, -4)), [3, -4]),
        (protos.field(1, 9) + TWO + protos.field(10, protos.varint(3) + protos.varint(-4)), [3, -4]),
        (protos.field(1, 3) + TWO + protos.field(7, 5), [5, 5]),
        (protos.field(1, 1) + TWO + protos.field(5, struct.pack("<2f", 0.5, -1.0)), [0.5, -1.0]),
        (protos.field(1, 7) + TWO + protos.field(8, "a") + protos.field(8, b"\xff"), [b"a", b"\xff"]),
        (protos.field(1, 10) + TWO + protos.field(11, protos.varint(1) + protos.varint(0)), [True, False]),
    ],
)
def test_values(data: bytes, expected: list[object]) -> None:
    assert decode_tensor(Message(data)).tolist() == expected


def test_a_repeated_value_takes_no_memory() -> None:
    data = (
        protos.field(1, 1)
        + protos.field(2, protos.shape(1 << 20, 1 << 20))
        + protos.field(5, struct.pack("<f", 1))
    )
    assert decode_tensor(Message(data)).strides == (0, 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (protos.field(1, 9) + TWO + protos.field(4, b"123"), "FMT015"),
        (protos.field(1, 9) + TWO, "FMT015"),
        (protos.field(1, 7) + protos.field(2, protos.shape(1)) + protos.field(8, "a") * 2, "FMT015"),
        (protos.field(1, 9) + protos.field(2, protos.shape(-1)), "FMT015"),
        (protos.field(1, 20), "FMT024"),
    ],
)
def test_damaged_constants(data: bytes, code: str) -> None:
    with pytest.raises(MigrationError) as caught:
        decode_tensor(Message(data))
    assert caught.value.code == code


def test_only_constants_that_are_asked_for() -> None:
    value = protos.field(1, 3) + protos.field(2, protos.shape(1)) + protos.field(7, 5)
    attribute = protos.field(5, protos.field(1, "value") + protos.field(2, protos.field(8, value)))
    graph = b"".join(
        protos.field(1, protos.field(1, name) + protos.field(2, op) + attribute)
        for name, op in (("a", "Const"), ("b", "Const"), ("c", "Add"))
    )
    found = read_constants(memoryview(graph), {"a", "c"})
    assert {name: array.tolist() for name, array in found.items()} == {"a": [5]}


def test_tables_of_authentic_models(legacy_models: Path) -> None:
    learned = read_keras_saved_model(legacy_models / "tf.keras-2.8/buckets_learned-savedmodel/saved_model")
    table = learned.metadata["tables"]["integer_lookup/lookup_table"]
    assert dict(zip(table["keys"], table["values"], strict=True)) == {4: 2, 9: 3, 7: 4}
    module = read_keras_saved_model(legacy_models / "tf.keras-2.11/module_with_table/saved_model")
    assert module.metadata["tables"] == {"table": {"asset": "colours.txt"}}
    assert np.size(module.assets["colours.txt"])
