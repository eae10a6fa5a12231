"""Probe inputs: values that reveal a difference if there is one, generated from the known properties of the inputs.

Ids stay inside the vocabulary of the embeddings that they reach, strings come from inside and outside the vocabulary,
sequences are padded in several ways and one of them fully, images look like bytes; dynamic dimensions are tried in two
sizes. If a model rejects them, larger sizes and smaller values are tried.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.parity.examples import MOST, example_batch
from migrate.parity.images import encoded_images
from migrate.parity.input_specs import InputSpec

_LENGTHS = ((7, 12), (50, 80), (400, 600), (12_000, 15_000))
_IMAGES = ((32, 48), (64, 96), (128, 160), (224, 256))
_UNKNOWN_WORDS = ("zyzzyva", "", "not in the vocabulary 42")
_ROW_NUMBERS = 200_000
"""Size of one case of further probes, over all rows."""
_ROW_IDS = 4_096
_ROWS = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """How probes are drawn.

    Attributes:
        lengths: two sizes of dynamic dimensions of sequences.
        images: two sizes of dynamic dimensions of images.
        tame: 1 for small integers, 2 for values of unknown use that are only 0 or 1: one of the
            user's layers may use them to look up a table. Features without a fixed length hold one value then.
    """

    lengths: tuple[int, int] = _LENGTHS[0]
    images: tuple[int, int] = _IMAGES[0]
    tame: int = 0


FIRST = Attempt()


def attempts(specs: Sequence[InputSpec]) -> Iterator[Attempt]:
    """Ways of drawing probes, the best first; the next one is for a model that rejects the previous one."""
    lengths = any(len(spec.shape) < 4 and None in spec.shape[1:] for spec in specs)
    images = any(len(spec.shape) >= 4 and None in spec.shape[1:] for spec in specs)
    sizes = zip_longest(_LENGTHS if lengths else _LENGTHS[:1], _IMAGES if images else _IMAGES[:1])
    for length, image in sizes:
        for tame in (0, 1, 2):
            yield Attempt(length or _LENGTHS[-1], image or _IMAGES[-1], tame)


@dataclass(frozen=True, slots=True)
class _Case:
    """One case: rows, which of the two sizes, and what kind of values."""

    batch: int
    size: int
    kind: str


_CASES = (
    _Case(1, 0, "plain"),
    _Case(3, 1, "padded"),
    _Case(2, 0, "bytes"),
    _Case(2, 1, "extreme"),
)
_FURTHER = (
    (_Case(_ROWS, 0, "wide"), _Case(4, 1, "masked")),
    (_Case(_ROWS, 1, "large"), _Case(_ROWS, 0, "plain")),
    (_Case(_ROWS, 0, "small"), _Case(_ROWS, 1, "shifted")),
)
_IN_ORDER = frozenset({"wide", "large", "small", "shifted"})
"""Kinds in which every id is used in turn."""
ROUNDS = len(_FURTHER)


def make_probes(
    specs: Sequence[InputSpec], attempt: Attempt = FIRST, seed: int = 0, further: int = 0
) -> dict[str, Array]:
    """Arrays named ``case/input``: the same for the same arguments, on every machine.

    Args:
        specs: of all inputs.
        attempt: sizes and values that the model accepts.
        seed: of the run.
        further: 0 for the first probes, otherwise the round of further ones, up to `ROUNDS`.
    """
    identity = zlib.crc32(repr(specs).encode())
    probes: dict[str, Array] = {}
    for number, case in enumerate(_FURTHER[further - 1] if further else _CASES):
        rng = np.random.default_rng([identity, seed, further, number])
        for position, spec in enumerate(specs):
            shape = _shape(specs, spec, case, attempt)
            start = _asked_before(specs, spec, attempt, further, number)
            probes[f"{number}/{position}"] = _values(rng, spec, shape, case.kind, attempt, start)
    return probes


def _shape(specs: Sequence[InputSpec], spec: InputSpec, case: _Case, attempt: Attempt) -> tuple[int, ...]:
    rows = min(case.batch, *(_rows(each, attempt) for each in specs))
    return _concrete(spec, rows, case.size, attempt)


def _asked_before(
    specs: Sequence[InputSpec], spec: InputSpec, attempt: Attempt, further: int, number: int
) -> int:
    """Number of ids used in turn by the rounds up to a case."""
    cases = [
        case
        for before in range(1, further + 1)
        for case in _FURTHER[before - 1][: number if before == further else None]
        if case.kind in _IN_ORDER
    ]
    return sum(int(np.prod(_shape(specs, spec, case, attempt))) for case in cases)


def _rows(spec: InputSpec, attempt: Attempt) -> int:
    """Number of rows for a case, so that its cost is limited."""
    numbers = int(np.prod(_concrete(spec, 1, 1, attempt)))
    return max(4, (_ROW_NUMBERS if spec.ids is None else _ROW_IDS) // max(1, numbers))


def _concrete(spec: InputSpec, rows: int, size: int, attempt: Attempt) -> tuple[int, ...]:
    rank = len(spec.shape)
    result = []
    for axis, dim in enumerate(spec.shape):
        if dim is not None:
            result.append(dim)
        elif axis == 0:
            result.append(rows)
        elif axis == rank - 1 and spec.features is not None:
            result.append(spec.features)
        else:
            result.append((attempt.images if rank >= 4 else attempt.lengths)[size])
    return tuple(result)


def _values(
    rng: np.random.Generator,
    spec: InputSpec,
    shape: tuple[int, ...],
    kind: str,
    attempt: Attempt,
    start: int,
) -> Array:
    if spec.examples:
        words = encoded_images(rng) if spec.images else spec.words
        complete = kind == "plain" or spec.images
        # Many graphs make one column of a sparse feature, and fail at a second value of a row.
        return example_batch(
            rng, spec.examples, words, shape, complete=complete, most=1 if attempt.tame else MOST
        )
    if spec.images:
        return _filled(encoded_images(rng, int(np.prod(shape))), shape)
    if spec.dtype == "string" or spec.words:
        return _strings(rng, spec, shape) if spec.dtype == "string" else _known_integers(rng, spec, shape)
    dtype = np.dtype(spec.dtype if spec.dtype != "bfloat16" else "float32")
    if spec.ids is not None:
        return _ids(rng, spec.ids, shape, kind, start).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, size=shape).astype(dtype)
    if attempt.tame > 1:
        return rng.integers(0, 2, size=shape).astype(dtype)
    if dtype.kind in "iu":
        return _integers(rng, dtype, shape, "plain" if attempt.tame else kind)
    return _floats(rng, spec, shape, kind).astype(dtype)


def _ids(rng: np.random.Generator, count: int, shape: tuple[int, ...], kind: str, start: int) -> Array:
    """Ids of a vocabulary: random in the first cases, in turn in further ones."""
    if kind in _IN_ORDER:
        return (start + rng.permutation(int(np.prod(shape))).reshape(shape)) % count
    ids = rng.integers(0 if kind != "plain" else min(1, count - 1), count, size=shape)
    if len(shape) > 1 and kind in ("padded", "extreme", "masked"):
        _pad(ids, shape[1], kind, 0)
    return ids


def _pad(values: Array, length: int, kind: str, fill: float | tuple[float, ...]) -> None:
    """Mask steps: at the end of each row a third more than in the previous row, or one pattern per row.

    ``fill`` may be a value for each feature, which is the last axis.
    """
    if kind == "padded":
        for row in range(len(values)):
            values[row, max(1, length - (row + 1) * (length // 3)) :] = fill
        return
    values[0] = fill
    if len(values) > 1:
        values[1, : length // 3] = fill
        values[1, length // 2 :: 2] = fill
    if len(values) > 2:
        values[2, -(length // 3) :] = fill


def _integers(rng: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, ...], kind: str) -> Array:
    """Small numbers; for bytes, all of them; and in one case the extremes of the dtype."""
    info = np.iinfo(dtype)
    if dtype.itemsize == 1 and (kind == "bytes" or len(shape) >= 3):
        return rng.integers(info.min, info.max, size=shape, endpoint=True).astype(dtype)
    if kind == "extreme":
        ends = [0, 1, 2, info.max, info.max // 2, info.min, *([-1] if info.min < 0 else [])]
        return rng.choice(np.array(ends, dtype), size=shape)
    if kind in ("wide", "large", "shifted"):
        return rng.integers(max(info.min, -1000), min(info.max, 1000), size=shape).astype(dtype)
    return rng.integers(0, 4, size=shape).astype(dtype)


def _floats(rng: np.random.Generator, spec: InputSpec, shape: tuple[int, ...], kind: str) -> Array:
    if kind == "bytes" and len(shape) == 4:
        return rng.integers(0, 256, size=shape).astype(float)
    values = rng.normal(size=shape)
    match kind:
        case "extreme":
            values *= rng.choice([0.0, 1e-3, 1.0, 10.0], size=shape)
        case "wide":
            values *= 10.0 ** rng.uniform(-2, 1, size=shape)
        case "large":
            values *= 10.0
        case "small":
            values *= 1e-3
        case "shifted":
            values += rng.choice([-5.0, 5.0], size=(shape[0], *[1] * (len(shape) - 1)))
    hides = spec.fill is not None and kind in ("extreme", "masked")
    if len(shape) == 3 and (kind == "padded" or hides):
        fill = spec.fill or 0.0
        fits = not isinstance(fill, tuple) or len(fill) == shape[-1]
        _pad(values, shape[1], kind, fill if fits else 0.0)
    return values


def _strings(rng: np.random.Generator, spec: InputSpec, shape: tuple[int, ...]) -> Array:
    pool = [*spec.words[:50], *_UNKNOWN_WORDS]
    words = [
        " ".join(rng.choice(pool, size=3)) if not spec.words else str(rng.choice(pool))
        for _ in range(int(np.prod(shape)))
    ]
    return np.array(words, dtype=object).reshape(shape)


def _filled(values: Sequence[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape)


def _known_integers(rng: np.random.Generator, spec: InputSpec, shape: tuple[int, ...]) -> Array:
    known = [int(w) for w in spec.words[:50] if w.lstrip("-").isdigit()] or [0]
    return rng.choice([*known, 987654], size=shape).astype(spec.dtype)
