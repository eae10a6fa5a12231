"""Functions of ``keras.backend`` that ask for shapes, and that arrange, choose and repeat elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from migrate.bytecode.api import tensorflow
from migrate.bytecode.api.backend.operands import tensor_operand
from migrate.bytecode.api.backend.settings import image_data_format
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import Sizes, Tensor, is_number, truth


def int_shape(r: Recorder, x: Any) -> Any:
    """``K.int_shape``."""
    found = tensor_operand(x, "K.int_shape").shape
    if found is None:
        raise Refused("needs the shape of a tensor, which the file does not store")
    return tuple(found)


def shape(r: Recorder, x: Any) -> Any:
    """``K.shape``."""
    return r.sizes(tensor_operand(x, "K.shape"))


def ndim(r: Recorder, x: Any) -> int:
    """``K.ndim``."""
    return tensor_operand(x, "K.ndim").rank


def dtype(r: Recorder, x: Any) -> str:
    """``K.dtype``."""
    found = tensor_operand(x, "K.dtype").dtype
    if found is None:
        raise Refused("needs the dtype of a tensor, which the file does not store")
    return found


def concatenate(r: Recorder, tensors: Any, axis: int = -1) -> Any:
    """``K.concatenate``."""
    if all(isinstance(value, Sizes | tuple | list) for value in tensors):
        return tensorflow.concat(r, tensors, axis)
    rank = next(
        (value.rank for value in tensors if isinstance(value, Tensor) and value.shape is not None), None
    )
    return r.tensor("concat", list(tensors), axis if rank is None else axis % rank)


def flatten(r: Recorder, x: Any) -> Any:
    """``K.flatten``."""
    return r.tensor("reshape", tensor_operand(x, "K.flatten"), [-1])


def batch_flatten(r: Recorder, x: Any) -> Any:
    """``K.batch_flatten``."""
    sizes = tensor_operand(x, "K.batch_flatten").shape
    if sizes is None or None in sizes[1:]:
        raise Refused("K.batch_flatten of a tensor of unknown size")
    return r.tensor("reshape", x, [-1, int(np.prod(sizes[1:]))])  # type: ignore[arg-type]


def squeeze(r: Recorder, x: Any, axis: Any) -> Any:
    """``K.squeeze``."""
    return r.tensor("squeeze", x, [axis])


def expand_dims(r: Recorder, x: Any, axis: int = -1, dim: Any = None) -> Any:
    """``K.expand_dims``; Keras 1 called the axis ``dim``."""
    return r.tensor("expand_dims", x, axis if dim is None else dim)


def permute_dimensions(r: Recorder, x: Any, pattern: Any) -> Any:
    """``K.permute_dimensions``."""
    return r.tensor("transpose", x, list(pattern))


def reverse(r: Recorder, x: Any, axes: Any) -> Any:
    """``K.reverse``."""
    return r.tensor("reverse", x, [axes] if isinstance(axes, int) else list(axes))


def repeat(r: Recorder, x: Any, n: int) -> Any:
    """``K.repeat``: a matrix ``n`` times along a new axis."""
    if tensor_operand(x, "K.repeat").rank != 2:
        raise Refused("K.repeat of a tensor that is not a matrix")
    return r.tensor("tile", r.tensor("expand_dims", x, 1), [1, n, 1])


def repeat_elements(r: Recorder, x: Any, rep: int, axis: int) -> Any:
    """``K.repeat_elements``."""
    return r.tensor("repeat", x, int(rep), axis)


def tile(r: Recorder, x: Any, n: Any) -> Any:
    """``K.tile``."""
    return r.tensor("tile", x, [n] if isinstance(n, int) else list(n))


def one_hot(r: Recorder, indices: Any, num_classes: int | None = None, nb_classes: int | None = None) -> Any:
    """``K.one_hot``."""
    return r.tensor("one_hot", indices, nb_classes if num_classes is None else num_classes, axis=-1)


def gather(r: Recorder, reference: Any, indices: Any) -> Any:
    """``K.gather``."""
    return r.tensor("gather", reference, indices)


def stack(r: Recorder, x: Any, axis: int = 0) -> Any:
    """``K.stack``."""
    return tensorflow.stack(r, x, axis)


def slice_(r: Recorder, x: Any, start: Any, size: Any) -> Any:
    """``K.slice``."""
    return r.tensor("slice", x, list(start), list(size))


def padding(first: int, last: int) -> Callable[..., Any]:
    """``K.temporal_padding``, ``K.spatial_2d_padding``: zeros around the axes from ``first`` on."""
    usual: Any = 1 if last == 1 else (1, 1)

    def call(r: Recorder, x: Any, padding: Any = usual, data_format: Any = None) -> Any:
        value = tensor_operand(x, "a padding")
        if (data_format or image_data_format(r)) != "channels_last" and last > 1:
            raise Refused("pads channels-first images")
        pairs = [padding] if last == 1 else list(padding)
        widths = [[w, w] if isinstance(w, int) else list(w) for w in pairs]
        if value.rank != len(widths) + 2:
            raise Refused("pads a tensor with a different rank")
        return r.tensor("pad", value, [[0, 0], *widths, [0, 0]])

    return call


def resize_images(
    r: Recorder,
    x: Any,
    height_factor: Any,
    width_factor: Any,
    data_format: Any = None,
    interpolation: str = "nearest",
) -> Any:
    """``K.resize_images``: each pixel repeated."""
    if (data_format or image_data_format(r)) not in ("channels_last", "tf") or interpolation != "nearest":
        raise Refused("K.resize_images with channels first, or with an interpolation")
    tall = r.tensor("repeat", tensor_operand(x, "K.resize_images"), int(height_factor), 1)
    return r.tensor("repeat", tall, int(width_factor), 2)


def switch(r: Recorder, condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """``K.switch``; a condition of fewer dimensions covers those that follow."""
    chosen = [
        e if isinstance(e, Tensor) or is_number(e) else r.invoke(e, (), {})
        for e in (then_expression, else_expression)
    ]
    if not isinstance(condition, Tensor):
        return chosen[0] if truth(condition) else chosen[1]
    ranks = [value.rank for value in chosen if isinstance(value, Tensor)]
    for _ in range(max(ranks, default=0) - condition.rank):
        condition = r.tensor("expand_dims", condition, -1)
    return r.tensor("where", condition, *chosen)
