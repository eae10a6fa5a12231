"""Probe inputs: values that show a difference if there is one, made from what the model says of its inputs.

Ids stay inside the vocabulary of the embeddings that they reach, strings come from the vocabulary and from
outside it, sequences end in padding, images look like bytes; dynamic dimensions are tried in two sizes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array, Layer, Model, TensorRef, Topology, structure_refs
from migrate.formats.saved_model.examples import Feature
from migrate.parity.examples import example_batch
from migrate.parity.images import encoded_images

PASS_THROUGH = frozenset(
    [
        "Reshape",
        "Flatten",
        "Permute",
        "RepeatVector",
        "Concatenate",
        "Masking",
        "Dropout",
        "SpatialDropout1D",
        "Cropping1D",
        "Cropping2D",
        "ZeroPadding1D",
        "SlicingOpLambda",
        "InputLayer",
        "Lambda",
        "TimeDistributed",
    ]
)
"""Layers behind which an id is still an id."""
_SEQUENCE_SIZES = (7, 12)
_IMAGE_SIZES = ((32, 48), (64, 96), (128, 160), (224, 256))
_UNKNOWN_WORDS = ("zyzzyva", "", "not in the vocabulary 42")


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What is known of one input.

    Attributes:
        name: of the input.
        shape: with the batch; None for a dynamic dimension.
        dtype: numpy or TensorFlow name; ``string`` for text.
        ids: number of ids allowed when the input is indices, else None.
        words: vocabulary when the input is text.
        examples: features when the input is serialised ``tf.Example`` strings.
        images: strings hold encoded images.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    ids: int | None = None
    words: tuple[str, ...] = ()
    examples: tuple[Feature, ...] = ()
    images: bool = False


def described_input(entry: Mapping[str, Any], **known: Any) -> InputSpec:
    """The specification of an input as a world describes it: ``name``, ``shape`` (None: unknown rank), ``dtype``.

    Args:
        entry: one input.
        known: what else is known of it, by the names of :class:`InputSpec`.
    """
    shape = (None,) if entry["shape"] is None else tuple(entry["shape"])
    return InputSpec(entry["name"], shape, entry["dtype"], **known)


def input_specs(model: Model, described: list[Mapping[str, Any]]) -> list[InputSpec]:
    """Join what a world said of the live inputs with what the records say of their use.

    Args:
        model: records in the final Keras 2 dialect.
        described: ``{"name", "shape", "dtype"}`` per input in order, as a world's ``describe`` gives it.
    """
    uses = list(_uses(model))
    specs = []
    for position, entry in enumerate(described):
        ids, words = uses[position] if position < len(uses) else (None, ())
        specs.append(described_input(entry, ids=ids, words=words))
    return specs


def _uses(model: Model) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    """For each input in order: the smallest embedding and the vocabulary that it reaches."""
    if model.topology is Topology.SEQUENTIAL:
        yield _merge(_uses_from(model, None))
        return
    for ref in structure_refs(model.inputs):
        yield _merge(_uses_from(model, ref))


def _merge(uses: Iterator[tuple[int | None, tuple[str, ...]]]) -> tuple[int | None, tuple[str, ...]]:
    found = list(uses)
    bounds = [bound for bound, _ in found if bound is not None]
    words = next((words for _, words in found if words), ())
    return (min(bounds) if bounds else None), words


def _uses_from(model: Model, ref: TensorRef | None) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    if model.topology is Topology.SEQUENTIAL:
        for layer in model.layers:
            yield from _use_of(layer)
            if not _is_transparent(layer):
                return
        return
    pending, seen = [ref] if ref is not None else [], set()
    while pending:
        current = pending.pop()
        for layer in model.layers:
            for number, node in enumerate(layer.nodes):
                if current not in list(node.refs()) or (layer.name, number) in seen:
                    continue
                seen.add((layer.name, number))
                yield from _use_of(layer)
                if _is_transparent(layer):
                    pending.append(TensorRef(layer.name, number, 0))


def _is_transparent(layer: Layer) -> bool:
    return layer.class_name in PASS_THROUGH and layer.model is None


def _use_of(layer: Layer) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    if layer.model is not None:
        yield from _uses(layer.model)
        return
    for child in layer.children.values():
        yield from _use_of(child)
    config = layer.config
    match layer.class_name:
        case "Embedding":
            table = layer.weights.get("embeddings")
            yield int(table.shape[0] if table is not None else config.get("input_dim", 2)), ()
        case "CategoryEncoding":
            yield config.get("num_tokens") or config.get("max_tokens"), ()
        case "StringLookup" | "TextVectorization" | "IntegerLookup":
            vocabulary = config.get("vocabulary")
            words = tuple(str(w) for w in vocabulary) if isinstance(vocabulary, list) else ()
            yield None, words
        case _:
            return


def make_probes(specs: list[InputSpec], attempt: int = 0) -> dict[str, Array]:
    """Arrays named ``case/input``: the same for the same specifications, on every machine.

    Args:
        specs: of all inputs.
        attempt: larger spatial sizes for models that reject small images; at most ``ATTEMPTS - 1``.
    """
    sizes = _IMAGE_SIZES[attempt]
    seed = zlib.crc32(repr(specs).encode())
    cases = (
        _Case(1, 0, "plain"),
        _Case(3, 1, "padded"),
        _Case(2, 0, "bytes"),
        _Case(2, 1, "extreme"),
    )
    probes: dict[str, Array] = {}
    for number, case in enumerate(cases):
        rng = np.random.default_rng([seed, number])
        for position, spec in enumerate(specs):
            shape = _concrete(spec, case, sizes)
            probes[f"{number}/{position}"] = _values(rng, spec, shape, case.kind)
    return probes


ATTEMPTS = len(_IMAGE_SIZES)


@dataclass(frozen=True, slots=True)
class _Case:
    batch: int
    size: int
    kind: str


def _concrete(spec: InputSpec, case: _Case, images: tuple[int, int]) -> tuple[int, ...]:
    rank = len(spec.shape)
    result = []
    for axis, dim in enumerate(spec.shape):
        if dim is not None:
            result.append(dim)
        elif axis == 0:
            result.append(case.batch)
        elif rank >= 4:
            result.append(images[case.size])
        else:
            result.append(_SEQUENCE_SIZES[case.size])
    return tuple(result)


def _values(rng: np.random.Generator, spec: InputSpec, shape: tuple[int, ...], kind: str) -> Array:
    if spec.examples:
        words = encoded_images(rng) if spec.images else spec.words
        return example_batch(rng, spec.examples, words, shape, complete=kind == "plain" or spec.images)
    if spec.images:
        return _filled(encoded_images(rng, int(np.prod(shape))), shape)
    if spec.dtype == "string" or spec.words:
        return _strings(rng, spec, shape) if spec.dtype == "string" else _known_integers(rng, spec, shape)
    dtype = np.dtype(spec.dtype if spec.dtype != "bfloat16" else "float32")
    if spec.ids is not None:
        ids = rng.integers(0 if kind != "plain" else min(1, spec.ids - 1), spec.ids, size=shape)
        if kind == "padded" and len(shape) > 1:
            ids[..., -(shape[-1] // 3) :] = 0
        return ids.astype(dtype)
    if dtype.kind in "iu":
        return rng.integers(0, 4, size=shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, size=shape).astype(dtype)
    if kind == "bytes" and len(shape) == 4:
        return rng.integers(0, 256, size=shape).astype(dtype)
    values = rng.normal(size=shape)
    if kind == "extreme":
        values *= rng.choice([0.0, 1e-3, 1.0, 10.0], size=shape)
    if kind == "padded" and len(shape) == 3:
        values[:, -(shape[1] // 3) :, :] = 0.0
    return values.astype(dtype)


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
