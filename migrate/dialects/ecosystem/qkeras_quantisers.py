"""Quantisers of QKeras as values and pure functions (``qkeras/quantizers.py`` of 0.9)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrate.capsule.model import Array

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "quantized_bits": ("bits", "integer", "symmetric", "keep_negative", "alpha", "use_stochastic_rounding"),
    "quantized_relu": (
        "bits",
        "integer",
        "use_sigmoid",
        "negative_slope",
        "use_stochastic_rounding",
        "relu_upper_bound",
    ),
    "ternary": ("alpha", "threshold", "use_stochastic_rounding", "number_of_unrolls"),
    "binary": ("use_01", "alpha", "use_stochastic_rounding"),
}
_EPSILON = np.float32(1e-7)
_ROUNDS = 5


class UnknownQuantiserError(Exception):
    """A quantiser, or a setting of one, that has not been compared with the package; the message names it."""


@dataclass(frozen=True, slots=True)
class Quantiser:
    """One quantiser with its settings, as the file names them."""

    name: str
    settings: Mapping[str, Any]

    def get(self, key: str, default: Any) -> Any:
        """A setting; the default where the file has none."""
        value = self.settings.get(key)
        return default if value is None else value


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a quantiser of activations does: ``clip(round(x / step), lowest, highest) * step * scale``.

    Attributes:
        step: a power of two.
        lowest: in steps.
        highest: in steps.
        scale: of the result.
        rectified: the gradient is that of a rectified unit that ends at the highest value, not that of the identity.
    """

    step: float
    lowest: float
    highest: float
    scale: float = 1.0
    rectified: bool = False


def called(stored: Any) -> Quantiser:
    """A quantiser of an object (``{"class_name", "config"}``) or of a call as text (``quantized_relu(4,0)``).

    Raises:
        UnknownQuantiserError: for classes and settings without an authentic case.
    """
    if isinstance(stored, Mapping):
        found = Quantiser(str(stored.get("class_name")).rpartition(">")[2], dict(stored.get("config") or {}))
    else:
        found = _parsed(str(stored))
    if found.name not in _ARGUMENTS:
        raise UnknownQuantiserError(f"its quantiser {found.name} has not been compared with the package")
    odd = [
        key for key in ("use_sigmoid", "negative_slope", "relu_upper_bound", "use_01") if found.get(key, 0)
    ]
    if found.get("qnoise_factor", 1.0) != 1.0:
        odd.append("qnoise_factor")
    if found.get("use_stochastic_rounding", False):
        odd.append("use_stochastic_rounding")
    if odd:
        raise UnknownQuantiserError(
            f"{odd[0]} of its quantiser {found.name} has not been compared with the package"
        )
    return found


def _parsed(text: str) -> Quantiser:
    try:
        call = ast.parse(text, mode="eval").body
        name = call.func if isinstance(call, ast.Call) else call
        if not isinstance(name, ast.Name):
            raise ValueError(text)
        given = [ast.literal_eval(value) for value in call.args] if isinstance(call, ast.Call) else []
        named = (
            {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
            if isinstance(call, ast.Call)
            else {}
        )
    except (SyntaxError, ValueError) as error:
        raise UnknownQuantiserError(f"its quantiser {text!r} is not a call with constants") from error
    return Quantiser(name.id, {**dict(zip(_ARGUMENTS.get(name.id, ()), given, strict=False)), **named})


def settings_of(quantiser: Quantiser) -> Fixed:
    """The settings of a quantiser of activations.

    Raises:
        UnknownQuantiserError: for a quantiser whose scale depends on the values.
    """
    bits, integer = int(quantiser.get("bits", 8)), int(quantiser.get("integer", 0))
    if quantiser.name == "quantized_relu":
        count = 2.0**bits
        return Fixed(2.0**integer / count, 0.0, count - 1, rectified=True)
    alpha = quantiser.get("alpha", 1.0)
    negative = bool(quantiser.get("keep_negative", True))
    if quantiser.name != "quantized_bits" or isinstance(alpha, str) or bits - negative < 1:
        raise UnknownQuantiserError(f"as an activation, its quantiser {quantiser.name} has not been compared")
    count = 2.0 ** (bits - negative)
    lowest = -count + int(quantiser.get("symmetric", 0)) if negative else 0.0
    return Fixed(2.0**integer / count, lowest, count - 1, float(alpha))


def rounded(weights: Array, quantiser: Quantiser) -> Array:
    """Weights as the package uses them in a call, float32.

    Raises:
        UnknownQuantiserError: for settings without an authentic case.
    """
    x = np.asarray(weights, dtype="float32")
    alpha = quantiser.get("alpha", None)
    if quantiser.name == "quantized_bits":
        if isinstance(alpha, str):
            return _straight(x, _scaled_bits(x, quantiser, alpha))
        fixed = settings_of(quantiser)
        value = np.clip(np.round(x / np.float32(fixed.step)), fixed.lowest, fixed.highest) * np.float32(
            fixed.step
        )
        return _straight(x, np.float32(fixed.scale) * value)
    if quantiser.name == "ternary":
        return _ternary(x, quantiser, alpha)
    if quantiser.name == "binary":
        signs = np.where(x < 0, np.float32(-1.0), np.float32(1.0))
        smooth = np.tanh(x) if alpha is None else x
        return _straight(smooth, _scale(alpha, smooth, signs) * signs)
    raise UnknownQuantiserError(f"for weights, its quantiser {quantiser.name} has not been compared")


def _straight(x: Array, value: Array) -> Array:
    """``x + stop_gradient(value - x)``, whose last bit may differ from the value."""
    return np.asarray(x + (value - x), dtype="float32")


def _axes(x: Array) -> tuple[int, ...]:
    return tuple(range(x.ndim - 1)) if x.ndim > 1 else (0,)


def _scale(alpha: Any, x: Array, q: Array) -> Array:
    """The scale that brings ``q`` next to ``x``: by least squares for each channel (``_get_scale``)."""
    if alpha is None:
        return np.float32(1.0) * np.ones((), "float32")
    if not isinstance(alpha, str):
        return np.asarray(alpha, dtype="float32")
    if x.ndim > 1:
        qx, qq = np.mean(x * q, axis=_axes(x), keepdims=True), np.mean(q * q, axis=_axes(x), keepdims=True)
    else:
        qx, qq = x * q, q * q
    scale = qx / (qq + _EPSILON)
    return _power(scale) if alpha == "auto_po2" else np.asarray(scale, dtype="float32")


def _power(scale: Array) -> Array:
    """The nearest power of two of a scale."""
    exponent = np.round(np.log(scale + _EPSILON) / np.float32(np.log(2.0)))
    return np.asarray(np.float32(2.0) ** exponent, dtype="float32")


def _scaled_bits(x: Array, quantiser: Quantiser, alpha: str) -> Array:
    bits, integer = int(quantiser.get("bits", 8)), int(quantiser.get("integer", 0))
    if alpha not in ("auto", "auto_po2"):
        raise UnknownQuantiserError(f"alpha={alpha!r} of its quantiser is not supported")
    unit = np.float32(2.0**integer)
    m = np.float32(2.0 ** (bits - bool(quantiser.get("keep_negative", True))))
    levels = (2 ** (bits - 1) - 1) * 2
    x = x / unit
    scale = np.max(np.abs(x), axis=_axes(x), keepdims=True) * np.float32(2) / np.float32(levels)

    def steps(at: Array) -> Array:
        v = np.floor(np.abs(x) / at + np.float32(0.5))
        return np.asarray(np.sign(x) * np.where(v < levels / 2, v, np.float32(levels / 2)), dtype="float32")

    z = steps(scale)
    if alpha == "auto_po2":
        scale = _power(scale)
        for _ in range(_ROUNDS):
            z = steps(scale)
            scale = _scale(alpha, x, z)
    return np.asarray((scale * m) * (unit * z / m), dtype="float32")


def _ternary(x: Array, quantiser: Quantiser, alpha: Any) -> Array:
    if not isinstance(alpha, str):
        threshold = np.float32(quantiser.get("threshold", 0.33))
        signs = np.where(np.abs(x) >= threshold, np.sign(x), np.float32(0.0))
        smooth = np.tanh(x) if alpha is None else x
        return _straight(smooth, np.float32(1.0 if alpha is None else alpha) * signs)
    scale = (
        np.float32(2.0)
        * np.max(np.abs(x), axis=_axes(x) if x.ndim > 1 else None, keepdims=True)
        / np.float32(3.0)
    )
    scale = _power(scale) if "po2" in alpha else scale
    signs = np.zeros_like(x)
    for _ in range(int(quantiser.get("number_of_unrolls", _ROUNDS))):
        v = scale * np.round(x / scale)
        signs = np.where(np.abs(v) >= scale / np.float32(2.0), np.sign(x), np.float32(0.0))
        scale = _scale(alpha, x, signs)
    return _straight(x, np.asarray(scale * signs, dtype="float32"))
