"""Rearranging blocks of pixels: transposed and dilated convolutions written out, space to batch and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Tensor, Window
from migrate.worlds.modern.operations.sizes import Dims, dims_of, known
from migrate.worlds.modern.operations.windows import conv

_APART = "an image of unknown size is split into blocks"


def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    output_shape: Dims | None = None,
    strides: Window = None,
    padding: str = "SAME",
    data_format: str | None = None,
    dilations: Window = None,
    explicit_paddings: Sequence[int] | None = None,
) -> Tensor:
    """``tf.nn.conv1d_transpose``, ``conv2d_transpose``: zeros between the elements, then a convolution.

    ``keras.ops.conv_transpose`` cannot be called in a graph: 3.15 hands its arguments on in another order.

    Raises:
        MigrationError: ``CFG061`` for dilation and channels first, ``CFG066`` for images of unknown size.
    """
    rank = len(inputs.shape) - 2
    if (data_format or "NHWC").startswith("NC") or set(np.ravel(1 if dilations is None else dilations)) != {
        1
    }:
        raise MigrationError("CFG061", "a transposed convolution in this form has no counterpart")
    steps = _per_axis(strides, rank)
    sizes = [known(n, _APART) for n in inputs.shape[1:-1]]
    lengths = [known(n, _APART) for n in kernel.shape[:rank]]
    given = (
        [d for d in dims_of(output_shape)[-rank - 1 : -1] if isinstance(d, int)]
        if output_shape is not None
        else []
    )
    wanted = given if len(given) == rank else _default_sizes(sizes, steps, lengths, padding)
    spread = _zeros_between(inputs, sizes, steps)
    # The gradient of a convolution leaves out the border that the convolution would have put there.
    cut = [max((n - 1) * s + k - w, 0) // 2 if padding == "SAME" else 0
           for n, s, k, w in zip(sizes, steps, lengths, wanted, strict=True)]  # fmt: skip
    total = [n * s for n, s in zip(sizes, steps, strict=True)]
    border = [[k - 1, max(c + w - n, k - 1)]
              for k, c, w, n in zip(lengths, cut, wanted, total, strict=True)]  # fmt: skip
    full = conv(ops.pad(spread, [[0, 0], *border, [0, 0]]), _flipped(kernel, rank))
    part = tuple(slice(c, c + w) for c, w in zip(cut, wanted, strict=True))
    return full[(slice(None), *part, slice(None))]


def _default_sizes(sizes: list[int], steps: list[int], lengths: list[int], padding: str) -> list[int]:
    extra = [0 if padding == "SAME" else max(k - s, 0) for k, s in zip(lengths, steps, strict=True)]
    return [n * s + e for n, s, e in zip(sizes, steps, extra, strict=True)]


def _zeros_between(inputs: Tensor, sizes: list[int], steps: list[int]) -> Tensor:
    """Each element at the corner of a block of zeros."""
    channels = inputs.shape[-1]
    apart = ops.reshape(inputs, (-1, *(m for n in sizes for m in (n, 1)), channels))
    padded = ops.pad(apart, [[0, 0], *(pair for s in steps for pair in ([0, 0], [0, s - 1])), [0, 0]])
    return ops.reshape(padded, (-1, *(n * s for n, s in zip(sizes, steps, strict=True)), channels))


def _flipped(kernel: Tensor, rank: int) -> Tensor:
    """A transposed convolution's kernel (…, out, in) as a convolution's (…, in, out), turned round."""
    axes = tuple(range(rank))
    if isinstance(kernel, np.ndarray):
        return np.swapaxes(np.flip(kernel, axes), -1, -2).copy()
    return ops.swapaxes(ops.flip(kernel, axis=axes), -1, -2)


def atrous_conv2d(inputs: Tensor, kernel: Tensor, rate: int, padding: str) -> Tensor:
    """``tf.nn.atrous_conv2d``."""
    return conv(inputs, kernel, 1, padding, None, rate)


def space_to_batch(input: Tensor, block_shape: Sequence[int], paddings: Sequence[Sequence[int]]) -> Tensor:
    """``tf.space_to_batch`` of tensors whose sizes are known but for the batch."""
    blocks = [int(n) for n in np.ravel(block_shape)]
    borders = [[int(a), int(b)] for a, b in paddings]
    free = len(input.shape) - 1 - len(blocks)
    padded = ops.pad(input, [[0, 0], *borders, *([[0, 0]] * free)])
    sizes = [known(n, _APART) for n in padded.shape[1:]]
    rank, rest = len(blocks), sizes[len(blocks) :]
    coarse = [n // b for n, b in zip(sizes, blocks, strict=False)]
    split = ops.reshape(
        padded, (-1, *(m for n, b in zip(coarse, blocks, strict=True) for m in (n, b)), *rest)
    )
    inner, outer = [2 + 2 * i for i in range(rank)], [1 + 2 * i for i in range(rank)]
    order = (*inner, 0, *outer, *range(1 + 2 * rank, 1 + 2 * rank + len(rest)))
    return ops.reshape(ops.transpose(split, order), (-1, *coarse, *rest))


def batch_to_space(input: Tensor, block_shape: Sequence[int], crops: Sequence[Sequence[int]]) -> Tensor:
    """``tf.batch_to_space``."""
    blocks = [int(n) for n in np.ravel(block_shape)]
    sizes = [known(n, _APART) for n in input.shape[1:]]
    rank, rest = len(blocks), sizes[len(blocks) :]
    coarse = sizes[:rank]
    split = ops.reshape(input, (*blocks, -1, *coarse, *rest))
    pairs = [axis for i in range(rank) for axis in (rank + 1 + i, i)]
    order = (rank, *pairs, *range(2 * rank + 1, 2 * rank + 1 + len(rest)))
    whole = ops.reshape(
        ops.transpose(split, order), (-1, *(n * b for n, b in zip(coarse, blocks, strict=True)), *rest)
    )
    kept = tuple(slice(int(a), n * b - int(z)) for (a, z), n, b in zip(crops, coarse, blocks, strict=True))
    return whole[(slice(None), *kept)]


def _per_axis(value: Window, rank: int) -> list[int]:
    flat = [1] if value is None else [int(v) for v in np.ravel(value)]
    flat = flat[1:-1] if len(flat) == rank + 2 else flat
    return flat * rank if len(flat) == 1 else flat


FUNCTIONS: Functions = {
    "atrous_conv2d": atrous_conv2d,
    "batch_to_space": batch_to_space,
    "conv_transpose": conv_transpose,
    "space_to_batch": space_to_batch,
}
