"""Layers that move, repeat, cut and fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.torch_source.layers.convolution import is_channels_first
from migrate.torch_source.piece import Piece, Use, call, pair, permuted


def flatten(use: Use) -> Piece:
    """All but the batch in one axis, in Keras' order."""
    x = use.x
    if is_channels_first(use) and x.rank > 2:  # Keras brings the channels to the end first
        return Piece(f"{permuted(x.plain, [*range(2, x.rank), 1])}.flatten(1)")
    return Piece(f"{x.plain}.unsqueeze(1)" if x.rank == 1 else f"{x.plain}.flatten(1)")


def reshape(use: Use) -> Piece:
    """Another shape of one sample, in Keras' order."""
    target = list(use.config["target_shape"])
    if -1 in target:
        flat = use.x.plain if use.x.rank == 2 else f"{use.x.plain}.flatten(1)"
        return Piece(f"{flat}.unflatten(1, {tuple(target)!r})")
    return Piece(f"{use.x.plain}.reshape(-1, {', '.join(map(str, target))})")


def permute(use: Use) -> Piece:
    """Axes in another order."""
    return Piece(permuted(use.x.plain, list(use.config["dims"])))


def repeat_vector(use: Use) -> Piece:
    """The same vector at each step."""
    return Piece(f"{use.x.plain}.unsqueeze(1).repeat(1, {use.config['n']}, 1)")


def zero_padding(use: Use) -> Piece:
    """``F.pad`` with zeros."""
    axes = _sides(use, use.config["padding"])
    flat = [side for before_after in reversed(axes) for side in before_after]
    last = 0 if use.x.channels_first or is_channels_first(use) else 1
    text = f"F.pad({use.x.text}, ({', '.join(map(str, [0, 0] * last + flat))}))"
    return Piece(text, channels_first=use.x.channels_first)


def cropping(use: Use) -> Piece:
    """A slice of each axis of space."""
    cuts = [
        f"{before or ''}:{-after if after else ''}" for before, after in _sides(use, use.config["cropping"])
    ]
    lead = [":", ":"] if use.x.channels_first or is_channels_first(use) else [":"]
    return Piece(f"{use.x.text}[{', '.join([*lead, *cuts])}]", channels_first=use.x.channels_first)


def up_sampling(use: Use) -> Piece:
    """``F.interpolate``; of one axis, each step again and again."""
    size = use.config["size"]
    if use.layer.class_name == "UpSampling1D":
        dim = use.x.dim(1)
        return Piece(
            f"{use.x.text}.repeat_interleave({size}, dim={dim})", channels_first=use.x.channels_first
        )
    mode = use.config.get("interpolation", "nearest")
    if mode not in ("nearest", "bilinear"):
        raise use.refused(f"interpolation {mode!r}")
    first = not is_channels_first(use)
    text = call(
        "F.interpolate",
        use.x.first if first else use.x.plain,
        scale_factor=pair(list(size)),
        mode=f'"{mode}"',
    )
    return Piece(text, channels_first=first)


def _sides(use: Use, stored: Any) -> list[tuple[int, int]]:
    """Before and after, by axis of space."""
    rank = use.x.rank - 2
    if isinstance(stored, int):
        return [(stored, stored)] * rank
    entries: Sequence[Any] = [stored] if rank == 1 else stored
    return [(one, one) if isinstance(one, int) else (one[0], one[1]) for one in entries]


LAYERS = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    **{f"ZeroPadding{rank}D": zero_padding for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": cropping for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": up_sampling for rank in (1, 2, 3)},
}
