"""``tf.image`` over ``keras.ops``: cutting, turning and colours of images of known size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.sizes import known

# Rows give red, green and blue; columns are the channels made. Source: the kernels of ``image_ops_impl.py``.
_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]


def crop_to_bounding_box(
    image: Tensor, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Tensor:
    """``tf.image.crop_to_bounding_box``."""
    rows = slice(offset_height, offset_height + target_height)
    columns = slice(offset_width, offset_width + target_width)
    return image[..., rows, columns, :]


def pad_to_bounding_box(
    image: Tensor, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Tensor:
    """``tf.image.pad_to_bounding_box``: zeros around."""
    height, width = _size(image)
    rows = [offset_height, target_height - offset_height - height]
    columns = [offset_width, target_width - offset_width - width]
    before = [[0, 0]] * (len(image.shape) - 3)
    return ops.pad(image, [*before, rows, columns, [0, 0]])


def resize_with_crop_or_pad(image: Tensor, target_height: int, target_width: int) -> Tensor:
    """``tf.image.resize_with_crop_or_pad``: around the middle."""
    height, width = _size(image)
    down, across = target_height - height, target_width - width
    cut = crop_to_bounding_box(
        image,
        max(-down // 2, 0),
        max(-across // 2, 0),
        min(target_height, height),
        min(target_width, width),
    )
    return pad_to_bounding_box(cut, max(down // 2, 0), max(across // 2, 0), target_height, target_width)


def central_crop(image: Tensor, central_fraction: float) -> Tensor:
    """``tf.image.central_crop``."""
    height, width = _size(image)
    top, left = (int((n - n * central_fraction) / 2) for n in (height, width))
    return crop_to_bounding_box(image, top, left, height - 2 * top, width - 2 * left)


def rot90(image: Tensor, k: int = 1) -> Tensor:
    """``tf.image.rot90``: against the clock."""
    if k % 4 == 0:
        return image
    if k % 4 == 2:
        return ops.flip(ops.flip(image, axis=-3), axis=-2)
    return ops.flip(ops.swapaxes(image, -3, -2), axis=-3 if k % 4 == 1 else -2)


def transpose_image(image: Tensor) -> Tensor:
    """``tf.image.transpose``: rows become columns."""
    return ops.swapaxes(image, -3, -2)


def adjust_gamma(image: Tensor, gamma: float = 1, gain: float = 1) -> Tensor:
    """``tf.image.adjust_gamma`` of floating-point images."""
    return ops.multiply(ops.power(image, gamma), gain)


def rgb_to_yuv(images: Tensor) -> Tensor:
    """``tf.image.rgb_to_yuv``."""
    return ops.matmul(images, np.array(_YUV, "float32"))


def rgb_to_yiq(images: Tensor) -> Tensor:
    """``tf.image.rgb_to_yiq``."""
    return ops.matmul(images, np.array(_YIQ, "float32"))


def extract_patches(
    images: Tensor, sizes: Sequence[int], strides: Sequence[int], rates: Sequence[int], padding: str
) -> Tensor:
    """``tf.image.extract_patches``; arguments have one number for each axis of the tensor.

    Written out, because ``ops.image.extract_patches`` puts the values of a patch in another order on JAX.
    """
    (height, width), (tall, wide) = _size(images), sizes[1:3]
    if padding == "VALID" and list(sizes) == list(strides) and list(rates) == [1, 1, 1, 1]:
        down, across, channels = (
            height // tall,
            width // wide,
            known(images.shape[-1], "the number of channels of cut images is unknown"),
        )
        whole = images[:, : down * tall, : across * wide]
        split = ops.reshape(whole, (-1, down, tall, across, wide, channels))
        patches = ops.transpose(split, (0, 1, 3, 2, 4, 5))
        return ops.reshape(patches, (-1, down, across, tall * wide * channels))
    rows = _windows(height, tall, strides[1], rates[1], padding)
    columns = _windows(width, wide, strides[2], rates[2], padding)
    padded = ops.pad(images, [[0, 0], rows[0], columns[0], [0, 0]])
    return ops.concatenate([padded[:, r, c] for r in rows[1] for c in columns[1]], axis=-1)


def _windows(size: int, length: int, stride: int, rate: int, padding: str) -> tuple[list[int], list[slice]]:
    """Border before and behind, and for each element of a window the slice that takes it from all windows."""
    reach = (length - 1) * rate + 1
    count = -(-size // stride) if padding == "SAME" else (size - reach) // stride + 1
    missing = max((count - 1) * stride + reach - size, 0)
    starts = [element * rate for element in range(length)]
    return [missing // 2, missing - missing // 2], [
        slice(start, start + (count - 1) * stride + 1, stride) for start in starts
    ]


def _size(image: Tensor) -> tuple[int, int]:
    height, width = image.shape[-3], image.shape[-2]
    if height is None or width is None:
        raise MigrationError("CFG066", "an image of unknown size is cut or padded")
    return int(height), int(width)


FUNCTIONS: Functions = {
    "adjust_gamma": adjust_gamma,
    "central_crop": central_crop,
    "crop_to_bounding_box": crop_to_bounding_box,
    "extract_patches": extract_patches,
    "pad_to_bounding_box": pad_to_bounding_box,
    "resize_with_crop_or_pad": resize_with_crop_or_pad,
    "rgb_to_yiq": rgb_to_yiq,
    "rgb_to_yuv": rgb_to_yuv,
    "rot90": rot90,
    "transpose_image": transpose_image,
}
