"""``tf.signal`` over ``keras.ops``: frames, spectra and cosine transforms.

Definitions: ``tensorflow/python/ops/signal/{shape,spectral,window,fft,dct}_ops.py``. ``keras.ops.stft`` is another
function: it centres the window within the transform, and its default counts other frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from keras import ops

from migrate.capsule.model import Array
from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.complex_numbers import Complex

_COSINES: Mapping[str, tuple[float, float]] = {"hann_window": (0.5, 0.5), "hamming_window": (0.54, 0.46)}
"""Window to the ``a`` and ``b`` of ``a - b cos``."""


def frame(
    signal: Tensor,
    frame_length: int,
    frame_step: int,
    pad_end: bool = False,
    pad_value: float = 0,
    axis: int = -1,
) -> Tensor:
    """``tf.signal.frame``: ``(…, samples)`` becomes ``(…, frames, frame_length)``."""
    last = len(signal.shape) - 1
    along = axis % len(signal.shape)
    moved = signal if along == last else ops.moveaxis(signal, along, -1)
    if pad_end:  # ceil(samples / step) frames are those of frame_length - 1 more samples
        widths = [[0, 0]] * last + [[0, frame_length - 1]]
        moved = ops.pad(moved, widths, mode="constant", constant_values=pad_value)
    framed = ops.extract_sequences(moved, frame_length, frame_step)
    return framed if along == last else ops.moveaxis(framed, (-2, -1), (along, along + 1))


def stft(
    signals: Tensor,
    frame_length: int,
    frame_step: int,
    fft_length: int | None = None,
    window_fn: str | None = "hann_window",
    pad_end: bool = False,
) -> Complex:
    """``tf.signal.stft``: ``(…, samples)`` becomes ``(…, frames, fft_length // 2 + 1)``."""
    framed = frame(signals, frame_length, frame_step, pad_end)
    if window_fn is not None:
        framed = ops.multiply(framed, window(window_fn, frame_length, str(signals.dtype)))
    return rfft(framed, 1 << (frame_length - 1).bit_length() if fft_length is None else fft_length)


def window(name: str, length: int, dtype: str) -> Array:
    """``tf.signal.hann_window`` and ``hamming_window`` as `stft` calls them.

    Raises:
        MigrationError: ``CFG061`` for another window.
    """
    if name not in _COSINES:
        raise MigrationError("CFG061", f"tf.signal.stft with the window {name!r} has no counterpart")
    if length == 1:
        return np.ones(1, dtype)
    a, b = _COSINES[name]
    whole = length - length % 2  # TensorFlow's windows are periodic where their length is even
    return (a - b * np.cos(2 * np.pi * np.arange(length) / whole)).astype(dtype)


def rfft(input_tensor: Tensor, fft_length: int | Sequence[int] | None = None) -> Complex:
    """``tf.signal.rfft``."""
    return Complex(*ops.rfft(input_tensor, fft_length=_length(fft_length)))


def irfft(input_tensor: Complex, fft_length: int | Sequence[int] | None = None) -> Tensor:
    """``tf.signal.irfft``."""
    return ops.irfft((input_tensor.real, input_tensor.imaginary), fft_length=_length(fft_length))


def fft(input: Complex) -> Complex:
    """``tf.signal.fft``."""
    return Complex(*ops.fft((input.real, input.imaginary)))


def fft2d(input: Complex) -> Complex:
    """``tf.signal.fft2d``."""
    return Complex(*ops.fft2((input.real, input.imaginary)))


def _length(fft_length: int | Sequence[int] | None) -> int | None:
    return None if fft_length is None else int(np.ravel(fft_length)[0])


def dct(
    input: Tensor, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Tensor:
    """``tf.signal.dct`` of the second type, as a product with its matrix.

    Raises:
        MigrationError: ``CFG061`` for other types, ``CFG066`` where the length is open.
    """
    size = input.shape[-1]
    if type != 2 or n is not None or axis != -1:
        raise MigrationError("CFG061", "tf.signal.dct with these options has no counterpart")
    if size is None:
        raise MigrationError("CFG066", "tf.signal.dct of an open length has no counterpart")
    rows, columns = np.arange(size)[:, None], np.arange(size)
    matrix = 2 * np.cos(np.pi * columns * (2 * rows + 1) / (2 * size))
    if norm == "ortho":
        matrix *= np.where(columns == 0, np.sqrt(0.5), 1.0) * np.sqrt(0.5 / size)
    return ops.matmul(input, matrix.astype(str(input.dtype)))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Tensor) -> Tensor:
    """``tf.signal.mfccs_from_log_mel_spectrograms``."""
    size = log_mel_spectrograms.shape[-1]
    transformed = dct(log_mel_spectrograms)
    assert size is not None  # dct refuses an open length
    return ops.multiply(transformed, float(1 / np.sqrt(2.0 * size)))


FUNCTIONS: Functions = {
    "dct": dct,
    "fft": fft,
    "fft2d": fft2d,
    "frame": frame,
    "irfft": irfft,
    "mfccs_from_log_mel_spectrograms": mfccs_from_log_mel_spectrograms,
    "rfft": rfft,
    "stft": stft,
}
