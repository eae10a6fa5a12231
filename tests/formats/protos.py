"""Writers for the binary formats that the readers parse: protobuf fields, LevelDB tables, tensor bundles."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from migrate.formats.checkpoint.crc import masked_crc32c
from migrate.formats.checkpoint.table import MAGIC

DTYPES = {"float32": 1, "int32": 3, "string": 7, "int64": 9, "bfloat16": 14}


def varint(value: int) -> bytes:
    out = b""
    value &= (1 << 64) - 1
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field: integers as varints, text and bytes length-delimited."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed32(number: int, value: int) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<I", value)


def shape(*sizes: int) -> bytes:
    return b"".join(field(2, field(1, size)) for size in sizes)


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """A table block with prefix compression and one restart point."""
    out, previous = b"", b""
    for key, value in entries:
        shared = 0
        while shared < min(len(key), len(previous)) and key[shared] == previous[shared]:
            shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        previous = key
    return out + struct.pack("<II", 0, 1)


def table(entries: list[tuple[bytes, bytes]], per_block: int = 2, snappy: bool = False) -> bytes:
    """A whole table."""
    out, index = b"", []
    for start in range(0, len(entries), per_block):
        part = entries[start : start + per_block]
        data = block(part)
        kind = b"\0"
        if snappy:
            data, kind = (
                varint(len(data)) + b"".join(_literal(data[i : i + 60]) for i in range(0, len(data), 60)),
                b"\1",
            )
        index.append((part[-1][0], varint(len(out)) + varint(len(data))))
        out += data + kind + struct.pack("<I", masked_crc32c(data + kind))
    handles = []
    for data in (block([]), block(index)):
        handles.append(varint(len(out)) + varint(len(data)))
        out += data + b"\0" + struct.pack("<I", masked_crc32c(data + b"\0"))
    return out + b"".join(handles).ljust(40, b"\0") + MAGIC


def _literal(data: bytes) -> bytes:
    return bytes([(len(data) - 1) << 2]) + data


def bundle(prefix: Path, arrays: dict[str, np.ndarray | bytes], **options: bool) -> Path:
    """A checkpoint of one shard: numpy arrays, or bytes for one string."""
    data, entries = b"", []
    for name in sorted(arrays):
        value = arrays[name]
        if isinstance(value, bytes):
            lengths = struct.pack("<I", len(value))
            check = struct.pack("<I", masked_crc32c(lengths))
            raw, crc = varint(len(value)) + check + value, masked_crc32c(lengths + check + value)
            dtype, sizes = "string", b""
        else:
            raw, crc = value.tobytes(), masked_crc32c(value.tobytes())
            dtype, sizes = ("bfloat16" if value.dtype.kind == "V" else str(value.dtype)), shape(*value.shape)
        entry = (
            field(1, DTYPES[dtype])
            + field(2, sizes)
            + field(4, len(data))
            + field(5, len(raw))
            + fixed32(6, crc)
        )
        entries.append((name.encode(), entry))
        data += raw
    index = table([(b"", field(1, 1)), *entries], **options)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    prefix.with_name(prefix.name + ".index").write_bytes(index)
    prefix.with_name(prefix.name + ".data-00000-of-00001").write_bytes(data)
    return prefix


def object_graph(nodes: list[tuple[dict[str, int], dict[str, str]]]) -> bytes:
    """A ``TrackableObjectGraph``: per node its children, and its value's key → full name."""
    out = b""
    for children, values in nodes:
        node = b"".join(field(1, field(1, child) + field(2, name)) for name, child in children.items())
        for key, full_name in values.items():
            node += field(2, field(1, "VARIABLE_VALUE") + field(2, full_name) + field(3, key))
        out += field(1, node)
    return out


def tensor_info(name: str, dtype: int, *sizes: int) -> bytes:
    return field(1, name) + field(2, dtype) + field(3, shape(*sizes))


def saved_model(
    directory: Path, *, signature: str = "serving_default", op: str = "Add", variables: bool = False
) -> Path:
    """A SavedModel with one signature ``in`` → ``out`` and one op."""
    node = field(1, field(1, "node") + field(2, op))
    if variables:
        node += field(1, field(1, "v") + field(2, "VarHandleOp"))
    ends = field(1, field(1, "in") + field(2, tensor_info("x:0", 1, -1, 3)))
    ends += field(2, field(1, "out") + field(2, tensor_info("y:0", 1, -1, 2)))
    ends += field(3, "tensorflow/serving/predict")
    meta = (
        field(1, field(4, "serve") + field(5, "2.8.4"))
        + field(2, node)
        + field(5, field(1, signature) + field(2, ends))
    )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "saved_model.pb").write_bytes(field(1, 1) + field(2, meta))
    return directory
