"""Pooling. An average counts what lies inside alone, as Keras' does."""

from __future__ import annotations

from migrate.torch_source.layers.convolution import is_channels_first, spatial
from migrate.torch_source.piece import Piece, Use, call, pair
from migrate.torch_source.windows import Window, for_pad, is_symmetric, same_padding


def pooling(use: Use) -> Piece:
    """``F.max_pool2d`` and its like: no module, as nothing is learned."""
    kind = "max" if use.layer.class_name.startswith("Max") else "avg"
    rank = use.x.rank - 2
    size = _per_axis(use.config["pool_size"], rank)
    strides = _per_axis(use.config["strides"] or size, rank)
    text = use.x.plain if is_channels_first(use) else use.x.first
    options: dict[str, object] = {"stride": None if strides == size else pair(strides)}
    if use.config["padding"] == "same":
        added = same_padding(Window(size, strides, (1,) * rank), spatial(use))
        if added is None and size == strides and set(size) <= {1, 2}:
            added = [
                (0, part - 1) for part in size
            ]  # what is added hangs on the size, but never stands before
        if added is None:
            raise use.refused("padding 'same' of a pooling over a dynamic size")
        if is_symmetric(added):
            options["padding"] = pair([before for before, _ in added]) if any(map(any, added)) else None
            options["count_include_pad"] = False if kind == "avg" and any(map(any, added)) else None
        elif not any(before for before, _ in added):
            options["ceil_mode"] = True
        elif kind == "max":
            text = f'F.pad({text}, {for_pad(added)}, value=float("-inf"))'
        else:
            raise use.refused(
                "padding 'same' of an average that starts before the input and ends further beyond it"
            )
    expression = call(f"F.{kind}_pool{rank}d", text, pair(size), **options)
    return Piece(expression, channels_first=not is_channels_first(use))


def global_pooling(use: Use) -> Piece:
    """The mean or maximum over all axes of space."""
    x = use.x
    if "mask" in use.kwargs:
        return _masked_mean(use)
    axes = range(2, x.rank) if is_channels_first(use) else range(1, x.rank - 1)
    dims = sorted(x.dim(axis) for axis in axes)
    function = "mean" if "Average" in use.layer.class_name else "amax"
    keep = True if use.config.get("keepdims") else None
    text = call(f"{x.text}.{function}", f"dim={pair_or_one(dims)}", keepdim=keep)
    return Piece(text, channels_first=x.channels_first and bool(keep))


def pair_or_one(dims: list[int]) -> str:
    """``1`` or ``(1, 2)``."""
    return str(dims[0]) if len(dims) == 1 else repr(tuple(dims))


def _masked_mean(use: Use) -> Piece:
    """Keras weighs the steps by the mask and divides by their number."""
    if use.layer.class_name != "GlobalAveragePooling1D" or is_channels_first(use):
        raise use.refused("it gets a mask")
    if use.config.get("keepdims"):
        raise use.refused("it gets a mask and keeps its axes")
    mask = f"{use.kwargs['mask'].plain}.unsqueeze(-1).to({use.x.plain}.dtype)"
    return Piece(
        statements=(f"weights = {mask}", f"{{0}} = ({use.x.plain} * weights).sum(1) / weights.sum(1)")
    )


def _per_axis(value: object, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)  # type: ignore[arg-type]


LAYERS = {
    **{f"{kind}Pooling{rank}D": pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": global_pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
}
