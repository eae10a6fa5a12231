"""Pictures as probes: whole files, which a decoder of PNG takes."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from migrate.formats.saved_model.examples import Feature
from migrate.parity.images import SIDE, encode_png, encoded_images
from migrate.parity.probes import InputSpec, make_probes


def decoded(data: bytes) -> np.ndarray:  # type: ignore[type-arg]
    """Pixels of a file without filters, as ours are; each chunk's checksum must be right."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    parts: dict[bytes, bytes] = {}
    place = 8
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size]) == (zlib.crc32(kind + body),)
        parts[kind] = body
        place += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, 1 + width * 3)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_pixels_come_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, size=(5, 7, 3), dtype=np.uint8)
    np.testing.assert_array_equal(decoded(encode_png(pixels)), pixels)


def test_a_string_that_is_a_picture_gets_pictures_of_one_size() -> None:
    probes = make_probes([InputSpec("image_bytes", (None,), "string", images=True)])
    assert {decoded(one).shape for array in probes.values() for one in array} == {(SIDE, SIDE, 3)}
    assert probes["1/0"].shape == (3,)


def test_pictures_inside_serialised_examples() -> None:
    features = (Feature("image/encoded", "string", (), required=True), Feature("height", "int64", ()))
    probes = make_probes([InputSpec("examples", (None,), "string", examples=features, images=True)])
    assert all(b"IHDR" in one and b"height" in one for array in probes.values() for one in array)


def test_pictures_are_the_same_each_time() -> None:
    assert encoded_images(np.random.default_rng(1)) == encoded_images(np.random.default_rng(1))
