"""Encoded images as probes, for graphs that take the bytes of a file: PNG, which all TensorFlow decoders read.

``DecodeJpeg``, ``DecodePng`` and ``DecodeImage`` share one kernel, which goes by the content
(``tensorflow/core/kernels/image/decode_image_op.cc``). The format is the one of the PNG specification
(ISO/IEC 15948): a header, one deflated stream of rows, an end.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from migrate.capsule.model import Array

SIDE = 224
"""In pixels; the most common size for graphs that do not resize."""
_BLOCKS = 14
_RGB, _BITS = 2, 8


def encoded_images(rng: np.random.Generator, count: int = 3) -> list[bytes]:
    """PNG files with coarse random colours, all of the same size, as a batch needs them."""
    coarse = rng.integers(0, 256, size=(count, _BLOCKS, _BLOCKS, 3), dtype=np.uint8)
    scale = SIDE // _BLOCKS
    return [encode_png(image.repeat(scale, axis=0).repeat(scale, axis=1)) for image in coarse]


def encode_png(pixels: Array) -> bytes:
    """A PNG file of pixels with the shape ``(height, width, 3)`` and the dtype uint8."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, _BITS, _RGB, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*parts, strict=True)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
