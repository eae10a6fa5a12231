"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from migrate.torch_source.piece import Operand, Piece, Use


def aligned(operands: Sequence[Operand]) -> tuple[list[str], bool]:
    """Expressions of several tensors in one order of axes, and whether the channels stand first in it.

    Where one has them first all have, unless their ranks differ and an axis would be lined up with another.
    """
    first = any(one.channels_first for one in operands) and len({one.rank for one in operands}) == 1
    return [one.first if first else one.plain for one in operands], first


def _elementwise(combine: Callable[[list[str]], str]) -> Callable[[Use], Piece]:
    def write(use: Use) -> Piece:
        operands = use.listed()
        if len({one.rank for one in operands}) > 1:
            raise use.refused("its inputs differ in their number of axes")
        texts, first = aligned(operands)
        return Piece(combine(texts), channels_first=first)

    return write


def concatenate(use: Use) -> Piece:
    """``torch.cat``."""
    operands = use.listed()
    texts, first = aligned(operands)
    dim = Operand("", operands[0].shape, "", first).dim(use.config["axis"])
    return Piece(f"torch.cat([{', '.join(texts)}], dim={dim})", channels_first=first)


def dot(use: Use) -> Piece:
    """A product over one axis of each, as ``torch.einsum`` spells it."""
    left, right = use.listed()
    axes = use.config["axes"]
    chosen = [axes, axes] if isinstance(axes, int) else list(axes)
    chosen = [axis % one.rank for axis, one in zip(chosen, (left, right), strict=True)]
    letters = iter("abcdefgh")
    batch, shared = "n", "k"
    terms = [
        batch + "".join(shared if axis == over else next(letters) for axis in range(1, one.rank))
        for one, over in zip((left, right), chosen, strict=True)
    ]
    result = batch + "".join(letter for term in terms for letter in term[1:] if letter != shared)
    texts = [left.plain, right.plain]
    if use.config.get("normalize"):
        texts = [
            f"F.normalize({text}, dim={over}, eps=1e-6)" for text, over in zip(texts, chosen, strict=True)
        ]
    product = f'torch.einsum("{terms[0]},{terms[1]}->{result}", {", ".join(texts)})'
    return Piece(f"{product}.unsqueeze(1)" if result == batch else product)


LAYERS = {
    "Add": _elementwise(" + ".join),
    "Subtract": _elementwise(" - ".join),
    "Multiply": _elementwise(" * ".join),
    "Average": _elementwise(lambda texts: f"({' + '.join(texts)}) / {len(texts)}"),
    "Maximum": _elementwise(lambda texts: reduce("torch.maximum({}, {})".format, texts)),
    "Minimum": _elementwise(lambda texts: reduce("torch.minimum({}, {})".format, texts)),
    "Concatenate": concatenate,
    "Dot": dot,
}
