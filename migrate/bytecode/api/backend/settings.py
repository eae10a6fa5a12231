"""What ``keras.backend`` says of itself: the phase, the floating-point type, the order of axes."""

from __future__ import annotations

from typing import Any

from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused

EPSILON = 1e-7
"""``K.epsilon()`` unless the author changed it."""


def epsilon(r: Recorder) -> float:
    """``K.epsilon``."""
    return EPSILON


def floatx(r: Recorder) -> str:
    """``K.floatx``."""
    return r.floatx


def image_data_format(r: Recorder) -> str:
    """``K.image_data_format``.

    Raises:
        Refused: the layers of the model do not tell.
    """
    if not r.data_format:
        raise Refused("uses the image data format, which the layers of the model do not show")
    return r.data_format


def image_dim_ordering(r: Recorder) -> str:
    """``K.image_dim_ordering`` of Keras 1."""
    return "tf" if image_data_format(r) == "channels_last" else "th"


def backend_name(r: Recorder) -> str:
    """``K.backend``."""
    return "tensorflow"


def in_train_phase(r: Recorder, x: Any, alt: Any, training: Any = None) -> Any:
    """``K.in_train_phase``: refused, because a graph of operations computes the same in both phases."""
    raise Refused("computes something different during training")


def learning_phase(r: Recorder) -> Any:
    """``K.learning_phase``: refused for the same reason."""
    raise Refused("checks whether the model is training")
