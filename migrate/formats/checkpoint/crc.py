"""CRC-32C (Castagnoli), which guards every block and tensor of a checkpoint.

Python's standard library has only the other CRC-32. Here the data are split into lanes that numpy advances
together, word by word, and the lanes' checksums are then joined with the operator that appends zeros.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8
_MAX_LANES = 1 << 15
_SMALL = 4096


def _build_table() -> list[int]:
    table = []
    for value in range(256):
        crc = value
        for _ in range(8):
            crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return table


_TABLE = _build_table()


@lru_cache(maxsize=1)
def _word_tables() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Four bytes at a time: what the lower and the upper half of a state become."""
    table = np.array(_TABLE, np.uint32)
    halves = []
    for shift in (0, 16):
        states = np.arange(1 << 16, dtype=np.uint32) << np.uint32(shift)
        for _ in range(4):
            states = table[states & 0xFF] ^ (states >> np.uint32(8))
        halves.append(states)
    return halves[0], halves[1]


def crc32c(data: bytes | memoryview) -> int:
    """CRC-32C of ``data``, unmasked."""
    size = len(data)
    if size <= _SMALL:
        return _finish(_advance(0xFFFFFFFF, data))
    # Lanes of equal length behind a remainder that is small: a power of two of them, so that they join in pairs.
    lanes = _MAX_LANES
    while lanes > 2 and size // lanes < 512:
        lanes //= 2
    length = size // lanes // 4 * 4
    head = size - length * lanes
    state = _advance(0xFFFFFFFF, data[:head])
    words = np.frombuffer(data, "<u4", offset=head).reshape(lanes, length // 4)
    crcs = np.zeros(lanes, np.uint32)
    crcs[0] = state
    low, high = _word_tables()
    for start in range(0, length // 4, 64):
        for column in np.ascontiguousarray(words[:, start : start + 64].T):
            crcs ^= column
            crcs = low[crcs & 0xFFFF] ^ high[crcs >> np.uint32(16)]
    span = length
    while crcs.size > 1:
        crcs = _append_zeros(crcs[0::2], span) ^ crcs[1::2]
        span *= 2
    return _finish(int(crcs[0]))


def masked_crc32c(data: bytes | memoryview) -> int:
    """The form that TensorFlow stores: rotated and offset, so that a checksum of a checksum differs."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def _advance(state: int, data: bytes | memoryview) -> int:
    for byte in data:
        state = _TABLE[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state


def _finish(state: int) -> int:
    return state ^ 0xFFFFFFFF


def _append_zeros(states: NDArray[np.uint32], count: int) -> NDArray[np.uint32]:
    """The states after ``count`` zero bytes."""
    result: NDArray[np.uint32] = np.zeros_like(states)
    for bit, image in enumerate(_zeros_operator(count)):
        result ^= np.where((states >> np.uint32(bit)) & np.uint32(1), np.uint32(image), np.uint32(0))
    return result


@lru_cache(maxsize=256)
def _zeros_operator(count: int) -> tuple[int, ...]:
    """The linear map of ``count`` zero bytes: image of each of the 32 bits."""
    if count == 0:
        return tuple(1 << bit for bit in range(32))
    if count == 1:
        return tuple(_TABLE[(1 << bit) & 0xFF] ^ ((1 << bit) >> 8) for bit in range(32))
    half = _zeros_operator(count // 2)
    doubled = tuple(_apply(half, image) for image in half)
    return tuple(_apply(_zeros_operator(1), image) for image in doubled) if count % 2 else doubled


def _apply(operator: tuple[int, ...], value: int) -> int:
    result, bit = 0, 0
    while value:
        if value & 1:
            result ^= operator[bit]
        value >>= 1
        bit += 1
    return result


def as_uint8(array: NDArray[Any]) -> memoryview:
    """The bytes of a contiguous array without a copy."""
    return memoryview(array.view(np.uint8).reshape(-1))  # type: ignore[arg-type]
