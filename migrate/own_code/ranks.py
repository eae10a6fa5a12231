"""What the class of a model's first layer tells of the shape of its input."""

from __future__ import annotations

import re

OPEN = "?"
"""Stands for an open size in a shape."""
_RANKS = {"Embedding": 1, "LSTM": 2, "GRU": 2, "SimpleRNN": 2, "Bidirectional": 2}
"""``Dense`` is not among them: it takes features of sequences as well."""
_CONVOLUTION = re.compile(r"(Conv|Pool|Pad|Separable|Crop|Convolution).*([123])D")


def rank_of(layer: str) -> int | None:
    """How many axes the input of a class of layers has beside the batch; None where that is not fixed."""
    found = _CONVOLUTION.match(layer)
    return int(found[2]) + 1 if found else _RANKS.get(layer)


def open_shape(layer: str) -> tuple[str | None, ...]:
    """The shape of what a class of layers is called with first, as far as its weights tell: the last axis is `OPEN`.

    Empty where not even the rank is known. Lengths of sequences and sizes of images stay None: no weights of these
    layers depend on them.
    """
    if layer == "Embedding":
        return (None,)
    rank = rank_of(layer)
    return (*(None,) * (rank - 1), OPEN) if rank else ()
