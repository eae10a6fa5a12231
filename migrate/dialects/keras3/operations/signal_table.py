"""Functions of ``tf.signal`` and those of complex numbers. Data only."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.dialects.keras3.operations.target import Target, composite

SIGNALS: Mapping[str, Target] = {
    "dtypes.complex": composite("complex"),
    "math.angle": composite("phase"),
    "signal.dct": composite("dct"),
    "signal.fft": composite("fft"),
    "signal.fft2d": composite("fft2d"),
    "signal.frame": composite("frame"),
    "signal.irfft": composite("irfft"),
    "signal.mfccs_from_log_mel_spectrograms": composite("mfccs_from_log_mel_spectrograms"),
    "signal.rfft": composite("rfft"),
    "signal.stft": composite("stft"),
}
