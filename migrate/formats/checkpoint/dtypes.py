"""TensorFlow's numbers for dtypes (``tensorflow/core/framework/types.proto``) and their numpy counterparts."""

from __future__ import annotations

import numpy as np

NAMES: dict[int, str] = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16",
    17: "uint16", 18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
    24: "float8_e5m2", 25: "float8_e4m3fn", 29: "int4", 30: "uint4",
}  # fmt: skip
_REFERENCE = 100
"""Added to a dtype for the reference variables of TF1."""
_STORED_AS = {"qint8": "int8", "quint8": "uint8", "qint32": "int32", "qint16": "int16", "quint16": "uint16"}


def dtype_name(number: int) -> str:
    """``1`` → ``"float32"``; reference dtypes as their plain ones; unknown numbers as ``"dtype 77"``."""
    return NAMES.get(number - _REFERENCE if number > _REFERENCE else number, f"dtype {number}")


def is_reference(number: int) -> bool:
    """Whether the dtype is that of a TF1 reference variable."""
    return number > _REFERENCE


def numpy_dtype(name: str) -> np.dtype[np.generic] | None:
    """The numpy dtype in which values are stored; None for strings, handles and what numpy lacks."""
    if name in ("string", "resource", "variant", "bfloat16") or name not in NAMES.values():
        return None
    if name.startswith(("float8", "int4", "uint4")):
        return None
    return np.dtype(_STORED_AS.get(name, name))
