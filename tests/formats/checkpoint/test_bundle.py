"""Tensor bundles: tables, checksums, shards, slices."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.findings import MigrationError
from migrate.formats.checkpoint.bundle import read_bundle
from migrate.formats.checkpoint.crc import crc32c
from migrate.formats.checkpoint.slices import slice_key
from migrate.formats.checkpoint.table import read_table, uncompress
from tests.formats import protos

ARRAYS: dict[str, np.ndarray | bytes] = {
    "layer/bias": np.array([1, 2], np.float32),
    "layer/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "layer/steps": np.array(7, np.int64),
    "graph": b"some bytes",
}


def refusal(prefix: Path, name: str) -> MigrationError:
    with pytest.raises(MigrationError) as caught:
        read_bundle(prefix)[name]
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("data", "expected"),
    # Test vectors of RFC 3720, B.4, and the usual check value.
    [
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_known_checksums(data: bytes, expected: int) -> None:
    assert crc32c(data) == expected


def test_checksum_in_lanes_is_that_of_the_whole() -> None:
    """Appending 4 bytes of a message's own CRC gives a constant residue: checks long inputs without a second method."""
    rng = np.random.default_rng(0)
    for size in (4097, 8192, 100_003, 3_000_001):
        data = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
        assert crc32c(data + crc32c(data).to_bytes(4, "little")) == 0x48674BC7


@pytest.mark.parametrize("snappy", [False, True])
def test_arrays_by_name(tmp_path: Path, snappy: bool) -> None:
    stored = read_bundle(protos.bundle(tmp_path / "model.ckpt-3", ARRAYS, snappy=snappy))
    assert sorted(stored) == sorted(ARRAYS)
    for name, expected in ARRAYS.items():
        if isinstance(expected, bytes):
            assert stored[name].item() == expected
        else:
            np.testing.assert_array_equal(stored[name], expected)
            assert stored[name].dtype == expected.dtype


def test_bfloat16(tmp_path: Path) -> None:
    bits = np.array([0x3F80, 0xC000], np.uint16).view("V2")
    stored = read_bundle(protos.bundle(tmp_path / "x", {"v": bits}))
    assert stored.entries["v"].dtype == "bfloat16"
    np.testing.assert_array_equal(stored["v"], np.array([1.0, -2.0], np.float32))


def test_partitioned_variable(tmp_path: Path) -> None:
    full = np.arange(12, dtype=np.float32).reshape(6, 2)
    parts = [((0, 4), (0, -1)), ((4, 2), (0, -1))]
    prefix = protos.bundle(tmp_path / "p", {"part0": full[:4], "part1": full[4:]})
    entries = dict(read_table((tmp_path / "p.index").read_bytes(), "p"))
    slices = b"".join(
        protos.field(
            7, protos.field(1, protos.field(1, rows[0]) + protos.field(2, rows[1])) + protos.field(1, b"")
        )
        for rows, _ in parts
    )
    entries[b"table"] = protos.field(1, 1) + protos.field(2, protos.shape(6, 2)) + slices
    for number, part in enumerate(parts):
        entries[slice_key("table", part)] = entries.pop(f"part{number}".encode())
    (tmp_path / "p.index").write_bytes(protos.table(sorted(entries.items())))
    np.testing.assert_array_equal(read_bundle(prefix)["table"], full)


def test_values_that_changed_are_noticed(tmp_path: Path) -> None:
    prefix = protos.bundle(tmp_path / "x", ARRAYS)
    shard = tmp_path / "x.data-00000-of-00001"
    data = bytearray(shard.read_bytes())
    for position in range(len(data)):
        data[position] ^= 0x10
    shard.write_bytes(data)
    for name in ARRAYS:
        assert refusal(prefix, name).code == "FMT015"


def test_index_that_changed_is_noticed(tmp_path: Path) -> None:
    prefix = protos.bundle(tmp_path / "x", ARRAYS)
    index = tmp_path / "x.index"
    good = index.read_bytes()
    for position in range(0, len(good) - 60, 7):
        index.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
        with pytest.raises(MigrationError) as caught:
            read_bundle(prefix)
        assert caught.value.code == "FMT015"


def test_missing_and_short_shards(tmp_path: Path) -> None:
    prefix = protos.bundle(tmp_path / "x", ARRAYS)
    shard = tmp_path / "x.data-00000-of-00001"
    shard.write_bytes(shard.read_bytes()[:8])
    assert refusal(prefix, "layer/steps").code == "FMT015"
    shard.unlink()
    assert read_bundle(prefix).missing_shards() == [shard]
    assert refusal(prefix, "layer/kernel").code == "FMT022"


def test_declared_size_is_bounded_by_the_shard(tmp_path: Path) -> None:
    prefix = protos.bundle(tmp_path / "x", ARRAYS)
    entries = dict(read_table((tmp_path / "x.index").read_bytes(), "x"))
    huge = 1 << 40
    entries[b"huge"] = protos.field(1, 1) + protos.field(2, protos.shape(huge)) + protos.field(5, huge * 4)
    (tmp_path / "x.index").write_bytes(protos.table(sorted(entries.items())))
    assert refusal(prefix, "huge").code == "FMT015"


def test_snappy_copies() -> None:
    packed = bytes([10, 1 << 2]) + b"ab" + bytes([(8 - 4) << 2 | 1, 2])
    assert uncompress(memoryview(packed), "x") == b"ababababab"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_snappy_of_any_bytes(data: bytes) -> None:
    with contextlib.suppress(MigrationError):
        assert isinstance(uncompress(memoryview(data), "x"), bytes)


def test_authentic_checkpoints_verify_every_checksum(real_models: Path) -> None:
    seen = 0
    for index in real_models.rglob("*.index"):
        stored = read_bundle(index.with_suffix(""))
        assert all(stored[name] is not None for name in stored)
        seen += len(stored)
    assert seen > 200
