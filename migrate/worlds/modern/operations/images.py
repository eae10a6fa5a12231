"""``tf.image`` over ``keras.ops``, with the sampling grids of TensorFlow 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.sizes import Dims, known, static_dims

_METHODS = {"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"}


def resize(
    images: Tensor,
    size: Dims,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
) -> Tensor:
    """``tf.image.resize`` of TensorFlow 2: half-pixel centres."""
    if preserve_aspect_ratio:
        size = _same_aspect(_static_size(images), static_dims(size))
    if method in _KERNELS or method == "area":
        if antialias:
            raise MigrationError(
                "CFG061", f"tf.image.resize by {method} with these options has no counterpart"
            )
        return _resize_by_matrices(images, static_dims(size), method)
    if method not in _METHODS:
        raise MigrationError("CFG061", f"tf.image.resize with the method {method!r} has no counterpart")
    return ops.image.resize(
        images,
        tuple(static_dims(size)),
        interpolation=method,
        antialias=bool(antialias),
        data_format="channels_last",
    )


def _same_aspect(known: tuple[int, int], wanted: list[int]) -> list[int]:
    """The largest size of the image's aspect ratio within the wanted one, rounded as TensorFlow does."""
    scale = min(w / k for w, k in zip(wanted, known, strict=True))
    return [round(k * scale) for k in known]


def resize_bilinear(
    images: Tensor, size: Dims, align_corners: bool = False, half_pixel_centers: bool = False
) -> Tensor:
    """``tf.compat.v1.image.resize_bilinear``: without half-pixel centres two products with constant matrices."""
    target = static_dims(size)
    if half_pixel_centers and not align_corners:
        return resize(images, target)
    height, width = _static_size(images)
    rows = _linear_weights(height, target[0], align_corners)
    columns = _linear_weights(width, target[1], align_corners)
    return ops.einsum("oh,bhwc,pw->bopc", rows, images, columns)


def resize_nearest(
    images: Tensor, size: Dims, align_corners: bool = False, half_pixel_centers: bool = False
) -> Tensor:
    """``tf.compat.v1.image.resize_nearest_neighbor``."""
    target = static_dims(size)
    if half_pixel_centers and not align_corners:
        return resize(images, target, "nearest")
    height, width = _static_size(images)
    rows = ops.take(images, _nearest(height, target[0], align_corners), axis=1)
    return ops.take(rows, _nearest(width, target[1], align_corners), axis=2)


def _resize_by_matrices(images: Tensor, target: list[int], method: str) -> Tensor:
    height, width = _static_size(images)
    weights = _area_weights if method == "area" else lambda n, m: _kernel_weights(n, m, method)
    rows, columns = weights(height, target[0]), weights(width, target[1])
    return ops.einsum("oh,bhwc,pw->bopc", rows, images, columns)


def _gaussian(x: float) -> float:
    """Radius 1.5, deviation a third of it."""
    return float(np.exp(-(x**2) / (2 * 0.5**2))) if x < _KERNELS["gaussian"] else 0.0


def _mitchell(x: float) -> float:
    """Mitchell and Netravali's cubic with B = C = 1/3."""
    if x >= _KERNELS["mitchellcubic"]:
        return 0.0
    if x >= 1:
        return ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return (7 / 6 * x - 2) * x * x + 8 / 9


_KERNELS: Mapping[str, float] = {"gaussian": 1.5, "mitchellcubic": 2.0}
"""Method to the radius of its kernel."""


def _kernel_weights(source: int, target: int, method: str) -> Tensor:
    """Matrix (target, source) of a kernel without antialiasing; each row sums to 1.

    Source: ``ComputeSpans`` of TensorFlow's ScaleAndTranslate kernel.
    """
    radius = _KERNELS[method]
    value = _gaussian if method == "gaussian" else _mitchell
    weights = np.zeros((target, source))
    for i in range(target):
        centre = (i + 0.5) * source / target
        first = max(int(np.ceil(centre - radius - 0.5)), 0)
        last = min(int(np.floor(centre + radius - 0.5)), source - 1)
        for j in range(first, last + 1):
            weights[i, j] = value(abs(j + 0.5 - centre))
        weights[i] /= weights[i].sum()
    return weights.astype("float32")


def _area_weights(source: int, target: int) -> Tensor:
    """Matrix (target, source) of the share of each source row in each target row."""
    weights = np.zeros((target, source))
    scale = source / target
    for i in range(target):
        for j in range(source):
            weights[i, j] = max(0.0, min((i + 1) * scale, j + 1) - max(i * scale, j))
    return (weights / scale).astype("float32")


def _static_size(images: Tensor) -> tuple[int, int]:
    height, width = images.shape[1], images.shape[2]
    if height is None or width is None:
        raise MigrationError("CFG066", "an image of unknown size is resized on TensorFlow 1's grid")
    return int(height), int(width)


def _scale(source: int, target: int, align_corners: bool) -> float:
    return (source - 1) / (target - 1) if align_corners and target > 1 else source / target


def _linear_weights(source: int, target: int, align_corners: bool) -> Tensor:
    """Matrix (target, source) of the weights that the old bilinear kernel gives to each row."""
    weights = np.zeros((target, source), "float32")
    for i in range(target):
        position = np.float32(i) * np.float32(_scale(source, target, align_corners))
        low = min(int(np.floor(position)), source - 1)
        part = np.float32(position - low)
        weights[i, low] += 1 - part
        weights[i, min(low + 1, source - 1)] += part
    return weights


def _nearest(source: int, target: int, align_corners: bool) -> Tensor:
    positions = np.arange(target) * _scale(source, target, align_corners)
    # The kernel rounds half away from zero when corners are aligned.
    chosen = np.floor(positions + 0.5) if align_corners else np.floor(positions)
    return np.minimum(chosen, source - 1).astype("int32")


def rgb_to_grayscale(images: Tensor) -> Tensor:
    """``tf.image.rgb_to_grayscale``."""
    weights = np.array([0.2989, 0.5870, 0.1140], "float32")
    return ops.sum(ops.multiply(images, weights), axis=-1, keepdims=True)


def grayscale_to_rgb(images: Tensor) -> Tensor:
    """``tf.image.grayscale_to_rgb``."""
    return ops.concatenate([images, images, images], axis=-1)


def flip_left_right(image: Tensor) -> Tensor:
    """``tf.image.flip_left_right``."""
    return ops.flip(image, axis=-2)


def flip_up_down(image: Tensor) -> Tensor:
    """``tf.image.flip_up_down``."""
    return ops.flip(image, axis=-3)


def per_image_standardization(image: Tensor) -> Tensor:
    """``tf.image.per_image_standardization``: the deviation is at least 1/sqrt(number of values)."""
    axes = (-3, -2, -1)
    sizes = [known(n, "an image of unknown size is standardised") for n in image.shape[-3:]]
    mean = ops.mean(image, axis=axes, keepdims=True)
    spread = ops.std(image, axis=axes, keepdims=True)
    return ops.divide(ops.subtract(image, mean), ops.maximum(spread, float(1 / np.sqrt(np.prod(sizes)))))


def convert_image_dtype(image: Tensor, dtype: str) -> Tensor:
    """``tf.image.convert_image_dtype`` from or to a floating-point type."""
    kind = str(image.dtype)
    if "float" not in dtype:
        if "float" not in kind:
            raise MigrationError("CFG061", "tf.image.convert_image_dtype between integers has no counterpart")
        return ops.cast(ops.multiply(image, np.iinfo(dtype).max + 0.5), dtype)
    if "float" in kind:
        return ops.cast(image, dtype)
    return ops.multiply(ops.cast(image, dtype), 1.0 / np.iinfo(kind).max)


def adjust_brightness(image: Tensor, delta: float) -> Tensor:
    """``tf.image.adjust_brightness`` of floating-point images."""
    return ops.add(image, delta)


def adjust_contrast(images: Tensor, contrast_factor: float) -> Tensor:
    """``tf.image.adjust_contrast``: away from the mean of each channel."""
    mean = ops.mean(images, axis=(-3, -2), keepdims=True)
    return ops.add(ops.multiply(ops.subtract(images, mean), contrast_factor), mean)


FUNCTIONS: Functions = {
    "adjust_brightness": adjust_brightness,
    "adjust_contrast": adjust_contrast,
    "convert_image_dtype": convert_image_dtype,
    "flip_left_right": flip_left_right,
    "flip_up_down": flip_up_down,
    "grayscale_to_rgb": grayscale_to_rgb,
    "per_image_standardization": per_image_standardization,
    "resize": resize,
    "resize_bilinear": resize_bilinear,
    "resize_nearest": resize_nearest,
    "rgb_to_grayscale": rgb_to_grayscale,
}
