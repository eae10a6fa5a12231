"""Serialised ``tf.Example`` probes: valid for a feature specification, with known words and with features left out.

The messages are small enough to be encoded manually (``tensorflow/core/example/example.proto``): a map from key to a
list of bytes, floats or integers.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.formats.saved_model.examples import Feature
from migrate.formats.wire import written_field, written_varint

_KINDS = {"string": 1, "float32": 2, "int64": 3}
"""Field of a ``Feature`` by the type of its values."""
MOST = 3
"""Number of values of a feature without a fixed length."""
_IDS = 2
"""Upper limit of integers: they are often ids of a small vocabulary."""
UNKNOWN = "zyzzyva"


def example_batch(
    rng: np.random.Generator,
    features: Sequence[Feature],
    words: Sequence[str | bytes],
    shape: tuple[int, ...],
    *,
    complete: bool,
    most: int = MOST,
) -> Array:
    """Strings of the given shape, each one serialised example.

    Args:
        rng: source of the values.
        features: the features that the graph parses.
        words: known to the graph's tables; one unknown word is mixed in. Bytes (encoded images) are used
            exclusively.
        shape: of the result.
        complete: include every feature; otherwise optional ones are sometimes missing.
        most: maximum number of values of a feature without a fixed length.
    """
    count = int(np.prod(shape))
    examples = [_example(rng, features, words, complete, most) for _ in range(count)]
    result = np.empty(count, dtype=object)
    result[:] = examples
    return result.reshape(shape)


def _example(
    rng: np.random.Generator,
    features: Sequence[Feature],
    words: Sequence[str | bytes],
    complete: bool,
    most: int,
) -> bytes:
    chosen: dict[str, tuple[str, list[Any]]] = {}
    for feature in features:
        if complete or feature.required or rng.random() < 0.6:
            chosen[feature.key] = (feature.dtype, _values(rng, feature, words, most))
    return encode_example(chosen)


def _values(rng: np.random.Generator, feature: Feature, words: Sequence[str | bytes], most: int) -> list[Any]:
    if feature.shape is None:
        size = int(rng.integers(1, most + 1))
    else:
        size = int(np.prod([int(rng.integers(1, most + 1)) if d is None else d for d in feature.shape]))
    if feature.dtype == "string":
        binary = [word for word in words if isinstance(word, bytes)]
        if binary:
            return [binary[n] for n in rng.integers(0, len(binary), size=size)]
        return [str(word).encode() for word in rng.choice([*words, *words, UNKNOWN], size=size)]
    if feature.dtype == "int64":
        return [int(v) for v in rng.integers(0, _IDS, size=size)]
    return [float(v) for v in rng.normal(size=size)]


def encode_example(features: Mapping[str, tuple[str, Sequence[Any]]]) -> bytes:
    """An ``Example`` from key to type (``string``, ``float32``, ``int64``) and values."""
    entries = b"".join(
        written_field(
            1,
            written_field(1, key.encode())
            + written_field(2, written_field(_KINDS[dtype], _list(dtype, values))),
        )
        for key, (dtype, values) in sorted(features.items())
    )
    return written_field(1, entries)


def _list(dtype: str, values: Sequence[Any]) -> bytes:
    if dtype == "string":
        return b"".join(written_field(1, value) for value in values)
    if dtype == "float32":
        return written_field(1, struct.pack(f"<{len(values)}f", *values))
    return written_field(1, b"".join(written_varint(value & 0xFFFF_FFFF_FFFF_FFFF) for value in values))
