"""Functions of ``keras.backend`` that make tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.bytecode.api import tensorflow
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.api.shapes import dtype_name


def constant(r: Recorder, value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """``K.constant``."""
    return tensorflow.constant(r, value, dtype or r.floatx, shape)


def like(function: str) -> Callable[..., Any]:
    """``K.ones_like``, ``K.zeros_like``."""

    def call(r: Recorder, x: Any, dtype: Any = None, name: Any = None) -> Any:
        return r.tensor(function, x, dtype=dtype_name(dtype))

    return call


def random_normal(
    r: Recorder,
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = None,
    dtype: Any = None,
    seed: Any = None,
    std: Any = None,
) -> Any:
    """``K.random_normal``; Keras 1 called the deviation ``std``."""
    scale = stddev if stddev is not None else std
    return r.draw("random.normal", shape, mean=mean, stddev=1.0 if scale is None else scale)
